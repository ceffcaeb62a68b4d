package io.kvapp.engine.file;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.AccessDeniedException;
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
import java.util.regex.Pattern;

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

  private static final IOException UNSAID =
      new IOException("a sync failed, and there was no memory to say why");

  /** Not a constant, since compiled code would make small arrays on its own. */
  private static volatile int arrays = 1;

  /** Below this, starting a command takes longer than writing. */
  private static final long MIN_BYTES_FOR_COMMAND = 64 << 20;

  private volatile Fenced fence;

  /** Why a disk takes no more changes: the folder is not the store's to write. */
  public static final class Fenced extends IOException {
    /**
     * A reason that goes on from "the store is read-only:".
     *
     * @param reason says what to do too
     */
    public Fenced(String reason) {
      super(reason);
    }
  }

  /** Refuses every change from now on, for good. */
  public final void fence(Fenced reason) {
    fence = reason;
  }

  private void requireUnfenced() throws IOException {
    Fenced reason = fence;
    if (reason != null) {
      // Another each time: one that is thrown again while it closes resources fails.
      throw new Fenced(reason.getMessage());
    }
  }

  /**
   * Returns, unless the JVM owes the thread the {@link InternalError} of a page of a mapping that
   * is gone. Compiled code goes on with anything in place of what it cannot read, and throws when
   * the thread next comes back from the runtime, which makes arrays of arrays.
   *
   * @return an array of no use, so that it is made
   */
  public static byte[][] throwLateError() {
    return new byte[arrays][arrays];
  }

  /** Takes what the JVM still owes for damage that is told already, so that no caller meets it. */
  public static void takeLateErrors() {
    try {
      throwLateError();
    } catch (InternalError another) {
      // The same page has led to it.
    }
  }

  /** A new file, opened to read and write; it must not exist yet. */
  public FileChannel create(Path file) throws IOException {
    requireUnfenced();
    return createOwnerOnly(file);
  }

  private FileChannel createOwnerOnly(Path file) throws IOException {
    Set<OpenOption> options =
        Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.READ, StandardOpenOption.WRITE);
    return SpaceCheck.taking(
        this, file, 0, () -> FileChannel.open(file, options, ownerOnly(file, "rw-------")));
  }

  /**
   * Makes a new file of an old one in the same folder, and so keeps its blocks.
   *
   * @param bytes how much of the old content stays until it is written over
   */
  public FileChannel reuse(Path old, Path file, long bytes) throws IOException {
    requireUnfenced();
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

  /** Writes the rest of {@code bytes} at the position of a file's channel. */
  public void write(FileChannel channel, Path file, ByteBuffer bytes) throws IOException {
    requireUnfenced();
    while (bytes.hasRemaining()) {
      SpaceCheck.taking(this, file, bytes.remaining(), () -> channel.write(bytes));
    }
  }

  /** Writes the first bytes of an array over those at an offset; no interrupt closes the file. */
  public void write(RandomAccessFile file, long offset, byte[] bytes, int length)
      throws IOException {
    requireUnfenced();
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
  public void preallocate(FileChannel channel, Path file, long bytes, boolean hugePages)
      throws IOException {
    requireUnfenced();
    Zeros.write(this, channel, file, bytes, hugePages, Zeros.BYTES_BETWEEN_SYNCS);
    sync(channel, file);
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
    requireUnfenced();
    requireUsable(file, bytes, 0);
    FileChannel channel = createOwnerOnly(file);
    try (channel) {
      boolean reserved = bytes >= MIN_BYTES_FOR_COMMAND && Preallocation.run(file, bytes);
      if (hugePages) {
        // Blocks that are there need no sync, which would make writers wait for the disk.
        long bytesBetweenSyncs = reserved ? Long.MAX_VALUE : Zeros.BYTES_BETWEEN_SYNCS;
        Zeros.write(this, channel, file, bytes, true, bytesBetweenSyncs);
      } else if (!reserved) {
        Zeros.write(this, channel, file, bytes, false, Zeros.BYTES_BETWEEN_SYNCS);
      }
      ByteBuffer first = ByteBuffer.wrap(head);
      while (first.hasRemaining()) {
        SpaceCheck.taking(
            this, file, first.remaining(), () -> channel.write(first, first.position()));
      }
      if (!reserved) {
        sync(channel, file);
      }
    } catch (Throwable failure) {
      Files.deleteIfExists(file);
      throw failure;
    }
  }

  /**
   * Gives a file, which may have been copied with holes, all its blocks, so that no later store
   * into its mapping can fail for want of space. Its content stays.
   *
   * @throws NoSpaceException if there is no space for them
   */
  public void fillHoles(Path file) throws IOException {
    requireUnfenced();
    if (!Preallocation.run(file, Files.size(file))) {
      Holes.fill(this, file);
    }
  }

  /** Cuts a file off. */
  public void truncate(FileChannel channel, long bytes) throws IOException {
    requireUnfenced();
    channel.truncate(bytes);
  }

  /** Waits until all of a new file is on the disk. */
  public void force(FileChannel channel, Path file) throws IOException {
    requireUnfenced();
    sync(channel, file);
  }

  /** No second attempt: after a failed one the system takes for saved what it has dropped. */
  void sync(FileChannel channel, Path file) throws IOException {
    try {
      channel.force(true);
    } catch (IOException failure) {
      SpaceCheck.require(this, file, 0, failure);
      throw failure;
    }
  }

  /** Waits until a range of a mapping is on the disk; works on an interrupted thread too. */
  public void force(MappedByteBuffer mapping, int from, int length) throws IOException {
    requireUnfenced();
    try {
      mapping.force(from, length);
    } catch (UncheckedIOException failure) {
      throw failure.getCause();
    } catch (OutOfMemoryError lost) {
      // Only the exception for a failed sync is allocated here.
      throw UNSAID;
    }
  }

  /** Appends all of one file to another, {@code target}. */
  public void copy(FileChannel from, FileChannel to, Path target) throws IOException {
    requireUnfenced();
    long bytes = from.size();
    for (long done = 0; done < bytes; ) {
      long at = done;
      done +=
          SpaceCheck.taking(this, target, bytes - at, () -> from.transferTo(at, bytes - at, to));
    }
  }

  /** Renames within a folder, over an existing file, and waits until the folder is on the disk. */
  public void rename(Path from, Path to) throws IOException {
    move(from, to);
    forceFolder(to.getParent());
  }

  /** Renames within a folder, over an existing file. */
  public void move(Path from, Path to) throws IOException {
    requireUnfenced();
    SpaceCheck.taking(
        this,
        to,
        0,
        () ->
            Files.move(
                from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING));
  }

  /** Waits until the names in a folder are on the disk. */
  public void forceFolder(Path folder) throws IOException {
    requireUnfenced();
    try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      forceNames(folder, channel);
    }
  }

  private static void forceNames(Path folder, FileChannel channel) throws IOException {
    try {
      channel.force(true);
    } catch (IOException refusal) {
      throw new IOException(
          "the names in "
              + folder
              + " cannot be synced ("
              + refusal.getMessage()
              + "), which a store needs; use a file system that syncs folders, as ext4 and XFS do",
          refusal);
    }
  }

  /** Deletes a file if it is there. */
  public void delete(Path file) throws IOException {
    requireUnfenced();
    Files.deleteIfExists(file);
  }

  /**
   * Checks, before anything is written, that there is space.
   *
   * @param file what is to be written
   * @param bytes how much
   * @param keptFree how much has to be free afterwards
   */
  public final void requireUsable(Path file, long bytes, long keptFree) throws IOException {
    if (usableBytes(file.toAbsolutePath().getParent()) - keptFree < bytes) {
      throw new NoSpaceException(file, bytes + keptFree, null);
    }
  }

  /** How many bytes can still be written on the disk of a folder. */
  public long usableBytes(Path folder) throws IOException {
    return Files.getFileStore(folder).getUsableSpace();
  }

  /** Maps a whole file of at most 2 GiB to write into it, little-endian. */
  public MappedByteBuffer mapToWrite(FileChannel channel, long bytes) throws IOException {
    requireUnfenced();
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
    try {
      if (parent != null) {
        Files.createDirectories(parent);
      }
      Files.createDirectory(folder, ownerOnly(folder, "rwx------"));
    } catch (IOException failure) {
      if (known != null) {
        SpaceCheck.require(this, known.resolve(folder.getFileName()), 0, failure);
      }
      throw failure;
    }
    for (Path each = parent; each != null; each = each.equals(known) ? null : each.getParent()) {
      try {
        forceFolder(each);
      } catch (AccessDeniedException unlisted) {
        // One may make folders where one may not list them, and only then not wait for the disk.
      }
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

  /** What is in a folder, of any kind, and has a name that matches as a whole. */
  public static List<Path> list(Path folder, Pattern name) throws IOException {
    List<Path> found = list(folder, "*");
    found.removeIf(each -> !name.matcher(each.getFileName().toString()).matches());
    return found;
  }

  /** As above, files only: a folder of such a name is someone else's. */
  public static List<Path> listFiles(Path folder, Pattern name) throws IOException {
    List<Path> found = list(folder, name);
    found.removeIf(each -> !Files.isRegularFile(each));
    return found;
  }

  /** The size of a file, 0 where there is none. */
  static long size(Path file) throws IOException {
    try {
      return Files.size(file);
    } catch (NoSuchFileException gone) {
      return 0;
    }
  }

  static FileAttribute<?>[] ownerOnly(Path path, String permissions) {
    return path.getFileSystem().supportedFileAttributeViews().contains("posix")
        ? new FileAttribute<?>[] {
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions))
        }
        : new FileAttribute<?>[0];
  }
}
