package io.kvapp.engine.file;

import io.kvapp.KVException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Every way in which the engine changes the files that are the truth: the seam where tests make
 * writes and syncs fail.
 *
 * <p>Only their owner can read new files, where the file system knows owners.
 *
 * <p>Safe for any thread; callers keep to threads that are never interrupted, since an interrupt
 * closes a file channel.
 */
public class Disk {
  /** What an {@link InternalError} at the use of a mapping says of its file. */
  public static final String UNREADABLE =
      "a page of it is gone, since the file was cut while it was open or the disk cannot read it";

  private static final int BYTES_BETWEEN_SYNCS = 32 << 20;
  private static final int SMALL_PIECE_BYTES = 16 << 10;
  private static final int HUGE_PIECE_BYTES = 4 << 20;

  private static final IOException UNSAID =
      new IOException("a sync failed, and there was no memory to say why");

  /** Below this, starting a command takes longer than writing. */
  private static final long MIN_BYTES_FOR_COMMAND = 64 << 20;

  /** A new file, opened to read and write; it must not exist yet. */
  public FileChannel create(Path file) throws IOException {
    return createOwnerOnly(file);
  }

  private static FileChannel createOwnerOnly(Path file) throws IOException {
    Set<OpenOption> options =
        Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.READ, StandardOpenOption.WRITE);
    return FileChannel.open(file, options, ownerOnly(file, "rw-------"));
  }

  /**
   * Makes a new file of an old one in the same folder, and so keeps its blocks.
   *
   * @param bytes how much of the old content stays until it is written over
   */
  public FileChannel reuse(Path old, Path file, long bytes) throws IOException {
    FileChannel channel = FileChannel.open(old, StandardOpenOption.READ, StandardOpenOption.WRITE);
    try {
      channel.truncate(bytes);
      move(old, file);
      return channel;
    } catch (Throwable failure) {
      channel.close();
      throw failure;
    }
  }

  /** Writes the rest of {@code bytes} at the position of the channel. */
  public void write(FileChannel channel, ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }

  /** Writes the first bytes of an array over those at an offset; no interrupt closes the file. */
  public void write(RandomAccessFile file, long offset, byte[] bytes, int length)
      throws IOException {
    file.seek(offset);
    file.write(bytes, 0, length);
  }

  /**
   * Fills a new file with zeros, so that its blocks are there and no later store into its mapping
   * can fail for want of space.
   *
   * @param hugePages whether to write in pieces so large that Linux keeps each in huge pages of its
   *     cache, where the file system lets it
   */
  public void preallocate(FileChannel channel, long bytes, boolean hugePages) throws IOException {
    writeZeros(channel, bytes, hugePages, BYTES_BETWEEN_SYNCS);
    channel.force(true);
  }

  /**
   * Makes a new file of given first bytes and zeros behind them, with all its blocks there, so that
   * no later store into its mapping can fail for want of space. A file that cannot be completed is
   * deleted.
   *
   * @param bytes the length of the file, at least that of {@code head}
   * @param hugePages as for {@link #preallocate}
   */
  public void createWithZeros(Path file, byte[] head, long bytes, boolean hugePages)
      throws IOException {
    FileChannel channel = createOwnerOnly(file);
    try (channel) {
      boolean reserved = bytes >= MIN_BYTES_FOR_COMMAND && Preallocation.run(file, bytes);
      if (hugePages) {
        // Blocks that are there need no sync, which would make writers wait for the disk.
        writeZeros(channel, bytes, true, reserved ? Long.MAX_VALUE : BYTES_BETWEEN_SYNCS);
      } else if (!reserved) {
        writeZeros(channel, bytes, false, BYTES_BETWEEN_SYNCS);
      }
      ByteBuffer first = ByteBuffer.wrap(head);
      while (first.hasRemaining()) {
        channel.write(first, first.position());
      }
      if (!reserved) {
        channel.force(true);
      }
    } catch (Throwable failure) {
      Files.deleteIfExists(file);
      throw failure;
    }
  }

  private static void writeZeros(
      FileChannel channel, long bytes, boolean hugePages, long bytesBetweenSyncs)
      throws IOException {
    int pieceBytes = hugePages ? HUGE_PIECE_BYTES : SMALL_PIECE_BYTES;
    ByteBuffer zeros = ByteBuffer.allocateDirect((int) Math.min(bytes, pieceBytes));
    try {
      long synced = 0;
      for (long written = 0; written < bytes; ) {
        zeros.clear().limit((int) Math.min(zeros.capacity(), bytes - written));
        written += channel.write(zeros, written);
        if (written - synced >= bytesBetweenSyncs) {
          channel.force(false);
          synced = written;
        }
      }
    } finally {
      Unmapper.unmap(zeros);
    }
  }

  /** Cuts a file off. */
  public void truncate(FileChannel channel, long bytes) throws IOException {
    channel.truncate(bytes);
  }

  /** Waits until all of the file is on the disk. */
  public void force(FileChannel channel) throws IOException {
    channel.force(true);
  }

  /** Waits until a range of a mapping is on the disk; works on an interrupted thread too. */
  public void force(MappedByteBuffer mapping, int from, int length) throws IOException {
    try {
      mapping.force(from, length);
    } catch (UncheckedIOException failure) {
      throw failure.getCause();
    } catch (OutOfMemoryError lost) {
      // Only the exception for a failed sync is allocated here.
      throw UNSAID;
    }
  }

  /** Appends all of one file to another. */
  public void copy(FileChannel from, FileChannel to) throws IOException {
    long bytes = from.size();
    for (long done = 0; done < bytes; ) {
      done += from.transferTo(done, bytes - done, to);
    }
  }

  /** Renames within a folder, over an existing file, and waits until the folder is on the disk. */
  public void rename(Path from, Path to) throws IOException {
    move(from, to);
    forceFolder(to.getParent());
  }

  /** Renames within a folder, over an existing file. */
  public void move(Path from, Path to) throws IOException {
    Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  /** Waits until the names in a folder are on the disk. */
  public void forceFolder(Path folder) throws IOException {
    try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  /** Deletes a file if it is there. */
  public void delete(Path file) throws IOException {
    Files.deleteIfExists(file);
  }

  /** How many bytes can still be written on the disk of a folder. */
  public long usableBytes(Path folder) throws IOException {
    return Files.getFileStore(folder).getUsableSpace();
  }

  /** Maps a whole file of at most 2 GiB to write into it, little-endian. */
  public MappedByteBuffer mapToWrite(FileChannel channel, long bytes) throws IOException {
    return map(channel, MapMode.READ_WRITE, bytes);
  }

  /** Maps a whole file of at most 2 GiB to read it, little-endian. */
  public static MappedByteBuffer map(FileChannel channel, long bytes) throws IOException {
    return map(channel, MapMode.READ_ONLY, bytes);
  }

  private static MappedByteBuffer map(FileChannel channel, MapMode mode, long bytes)
      throws IOException {
    MappedByteBuffer mapping = channel.map(mode, 0, bytes);
    mapping.order(ByteOrder.LITTLE_ENDIAN);
    return mapping;
  }

  /**
   * Makes a folder for its owner alone, its parents where they are missing, and waits until their
   * names are on the disk; one that exists is left as it is.
   */
  public final void createFolder(Path folder) throws IOException {
    if (Files.isDirectory(folder)) {
      return;
    }
    Path parent = folder.toAbsolutePath().getParent();
    Path known = parent;
    while (known != null && !Files.exists(known)) {
      known = known.getParent();
    }
    if (parent != null) {
      Files.createDirectories(parent);
    }
    Files.createDirectory(folder, ownerOnly(folder, "rwx------"));
    for (Path each = parent; each != null; each = each.equals(known) ? null : each.getParent()) {
      forceFolder(each);
    }
  }

  /** The files of a folder whose names match {@code glob}. */
  public static List<Path> list(Path folder, String glob) throws IOException {
    List<Path> files = new ArrayList<>();
    try (DirectoryStream<Path> stream = Files.newDirectoryStream(folder, glob)) {
      stream.forEach(files::add);
    }
    files.sort(null);
    return files;
  }

  /** The size of a file, 0 where there is none. */
  static long size(Path file) throws IOException {
    try {
      return Files.size(file);
    } catch (NoSuchFileException gone) {
      return 0;
    }
  }

  /** What to throw for a failed write: {@link KVException.NoSpace} when that is the reason. */
  public static KVException failure(Path folder, long neededBytes, IOException cause) {
    return isNoSpace(cause)
        ? new KVException.NoSpace(folder, neededBytes, cause)
        : new KVException.ReadOnly(folder, cause);
  }

  /** Whether a write failed because the disk or a quota is full. */
  public static boolean isNoSpace(IOException failure) {
    String message = String.valueOf(failure.getMessage());
    return message.contains("No space left")
        || message.contains("not enough space")
        || message.contains("quota exceeded");
  }

  static FileAttribute<?>[] ownerOnly(Path path, String permissions) {
    return path.getFileSystem().supportedFileAttributeViews().contains("posix")
        ? new FileAttribute<?>[] {
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions))
        }
        : new FileAttribute<?>[0];
  }
}
