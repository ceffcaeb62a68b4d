package io.kvapp.engine.file;

import io.kvapp.KVException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The right to use a data folder, held by one store in one process.
 *
 * <p>The system drops its lock on the file {@code LOCK} when the process closes any descriptor of
 * that file, which a program that copies the folder does, and the file can be deleted. So its text
 * names the {@linkplain FolderHolder holder}, as does the manifest: a holder that is alive keeps
 * others out, whatever became of the lock. Within the process, system properties say which folders
 * are held, since another class loader has other static fields.
 *
 * <p>Safe for any thread.
 */
public final class FolderLock implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(FolderLock.class);
  private static final String NAME = "LOCK";
  private static final String HELD_HERE = "io.kvapp.folder.held.";
  private static final String HELD = "held ";
  private static final String FREE = "free ";
  private static final int MAX_TEXT_BYTES = 1024;

  private final Path folder;
  private final FolderHolder self;

  /** Null where a folder that is only read has no such file. */
  private FileChannel channel;

  /** That of the file; null where the folder is only read. */
  private String identity;

  private FolderLock(Path folder, FolderHolder self) {
    this.folder = folder;
    this.self = self;
  }

  /**
   * Takes the lock.
   *
   * @param folder exists
   * @param named the holder that the manifest of the folder names
   * @throws KVException.FolderInUse if it is taken, with the id of the process where that is known
   */
  public static FolderLock take(Path folder, Optional<FolderHolder> named) throws IOException {
    return take(folder, named, lock -> lock.open(folder, StandardOpenOption.CREATE));
  }

  /**
   * Keeps writers out while the folder is only read, as far as that can be done without writing.
   *
   * @param folder exists
   * @param named the holder that the manifest of the folder names
   * @throws KVException.FolderInUse if a store has it open to write, or this process to read
   */
  public static FolderLock share(Path folder, Optional<FolderHolder> named) throws IOException {
    return take(folder, named, lock -> lock.openShared(folder));
  }

  private interface Opening {
    void open(FolderLock lock) throws IOException;
  }

  private static FolderLock take(Path folder, Optional<FolderHolder> named, Opening opening)
      throws IOException {
    Path real = folder.toRealPath();
    FolderLock lock = new FolderLock(real, FolderHolder.of(real));
    // The file of a folder that is held here is not even opened, as its close would drop the lock.
    if (System.getProperties().putIfAbsent(lock.property(), real.toString()) != null) {
      throw new KVException.FolderInUse(folder, "another store of this process");
    }
    try {
      lock.refuseHolder(folder, named);
      opening.open(lock);
      return lock;
    } catch (Throwable failure) {
      System.getProperties().remove(lock.property());
      throw failure;
    }
  }

  private String property() {
    return HELD_HERE + self.folder();
  }

  private void refuseHolder(Path folder, Optional<FolderHolder> named) throws IOException {
    if (named.isPresent()
        && named.get().isOtherHolderOf(this.folder)
        && !text().equals(FREE + named.get())) {
      throw inUse(folder, named.get());
    }
  }

  private String text() throws IOException {
    try (FileChannel reading = openToRead()) {
      return text(reading);
    } catch (NoSuchFileException none) {
      return "";
    }
  }

  private FileChannel openToRead() throws IOException {
    return FileChannel.open(
        StoreFailures.requireFile(folder.resolve(NAME)), StandardOpenOption.READ);
  }

  private static String text(FileChannel channel) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(MAX_TEXT_BYTES);
    int length = channel.read(bytes, 0);
    return new String(bytes.array(), 0, Math.max(length, 0), StandardCharsets.ISO_8859_1).strip();
  }

  private static Optional<FolderHolder> holder(String text) {
    return text.startsWith(HELD)
        ? FolderHolder.parse(text.substring(HELD.length()))
        : Optional.empty();
  }

  private static KVException inUse(Path folder, FolderHolder holder) {
    return new KVException.FolderInUse(folder, "process " + holder.pid());
  }

  /** Locks the file, where there is one, against writers. */
  private void openShared(Path folder) throws IOException {
    FileChannel opened;
    try {
      opened = openToRead();
    } catch (NoSuchFileException none) {
      return;
    }
    try {
      requireFree(folder, opened, tryShared(opened));
      channel = opened;
    } catch (OverlappingFileLockException heldHere) {
      opened.close();
      throw new KVException.FolderInUse(folder, "another store of this process");
    } catch (Throwable failure) {
      opened.close();
      throw failure;
    }
  }

  /** Whether no other process has locked it alone, as far as the file system knows of locks. */
  private static boolean tryShared(FileChannel opened) {
    try {
      return opened.tryLock(0, Long.MAX_VALUE, true) != null;
    } catch (IOException withoutLocks) {
      return true;
    }
  }

  private void requireFree(Path folder, FileChannel opened, boolean locked) throws IOException {
    Optional<FolderHolder> holder = holder(text(opened));
    if (!locked) {
      throw holder
          .map(other -> inUse(folder, other))
          .orElseGet(() -> new KVException.FolderInUse(folder, "a process that reads it"));
    }
    if (holder.isPresent() && holder.get().isOtherHolderOf(this.folder)) {
      throw inUse(folder, holder.get());
    }
  }

  /** Locks the file, and writes the holder into it. */
  private void open(Path folder, StandardOpenOption creation) throws IOException {
    Path file = StoreFailures.requireFile(this.folder.resolve(NAME));
    FileChannel opened =
        FileChannel.open(
            file,
            Set.of(creation, StandardOpenOption.READ, StandardOpenOption.WRITE),
            Disk.ownerOnly(file, "rw-------"));
    try {
      requireFree(folder, opened, opened.tryLock() != null);
      writeHolder(opened);
      identity = FolderHolder.identity(file);
      channel = opened;
    } catch (OverlappingFileLockException heldHere) {
      opened.close();
      throw new KVException.FolderInUse(folder, "another store of this process");
    } catch (Throwable failure) {
      opened.close();
      throw failure;
    }
  }

  /** Writes over the old text first, which takes no space on a full disk. */
  private void writeHolder(FileChannel opened) throws IOException {
    byte[] text = (HELD + self).getBytes(StandardCharsets.ISO_8859_1);
    opened.write(ByteBuffer.wrap(text), 0);
    opened.truncate(text.length);
  }

  /**
   * Looks whether the folder is still where it was, with the lock in it; a lock that was deleted is
   * made anew.
   *
   * @return why the folder must not be written any more; null while it may
   */
  public synchronized Disk.Fenced loss() {
    try {
      if (!FolderHolder.identity(folder).equals(self.folder())) {
        return new Disk.Fenced(
            "another folder was put in its place while it was open, and what was written just"
                + " before may be lost; close it and open it again");
      }
      if (!FolderHolder.identity(folder.resolve(NAME)).equals(identity)) {
        return new Disk.Fenced(
            "its file "
                + NAME
                + " was replaced while it was open, so another process may write there; end all"
                + " processes that use the folder, then open it again");
      }
      return null;
    } catch (NoSuchFileException gone) {
      return Files.isDirectory(folder) ? lossAfterDeletion() : folderGone();
    } catch (IOException unknown) {
      LOG.debug("{} cannot be looked at: {}", folder, unknown.toString());
      return null;
    }
  }

  private Disk.Fenced lossAfterDeletion() {
    try (FileChannel old = channel) {
      open(folder, StandardOpenOption.CREATE_NEW);
      LOG.warn(
          "{} was deleted while the store is open, and is made anew; leave it alone",
          folder.resolve(NAME));
      return null;
    } catch (NoSuchFileException gone) {
      return folderGone();
    } catch (IOException | KVException taken) {
      return new Disk.Fenced(
          "its file "
              + NAME
              + " was deleted while it was open and cannot be made anew ("
              + taken.getMessage()
              + "); close it and open it again");
    }
  }

  private static Disk.Fenced folderGone() {
    return new Disk.Fenced(
        "its folder was deleted or moved while it was open, and what was written just before may"
            + " be lost; close it, put the folder or a backup in its place, and open it again");
  }

  @Override
  public synchronized void close() throws IOException {
    try (FileChannel closing = channel) {
      if (identity != null) {
        closing.write(ByteBuffer.wrap(FREE.getBytes(StandardCharsets.ISO_8859_1)), 0);
      }
    } catch (IOException stillNamed) {
      LOG.warn("{} names this process until it ends: {}", NAME, stillNamed.toString());
    } finally {
      System.getProperties().remove(property());
    }
  }
}
