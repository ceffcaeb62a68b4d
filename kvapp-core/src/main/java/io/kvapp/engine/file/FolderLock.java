package io.kvapp.engine.file;

import io.kvapp.KVException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The right to use a data folder, held by one store in one process: a lock on its file {@code
 * LOCK}, which names the process that holds it.
 *
 * <p>Safe for any thread.
 */
public final class FolderLock implements AutoCloseable {
  // Closing any descriptor of a file drops the lock that the process has on it. So the file of a
  // folder that is held here is not even opened.
  private static final Set<Path> HELD_HERE = ConcurrentHashMap.newKeySet();

  private final Path folder;
  private final FileChannel channel;

  private FolderLock(Path folder, FileChannel channel) {
    this.folder = folder;
    this.channel = channel;
  }

  /**
   * Takes the lock.
   *
   * @param folder exists
   * @throws KVException.FolderInUse if it is taken, with the id of the process where that is known
   */
  public static FolderLock take(Path folder) throws IOException {
    Path real = folder.toRealPath();
    if (!HELD_HERE.add(real)) {
      throw new KVException.FolderInUse(folder, "another store of this process");
    }
    FileChannel channel = null;
    try {
      channel =
          FileChannel.open(
              real.resolve("LOCK"),
              Set.of(StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE),
              Disk.ownerOnly(real, "rw-------"));
      FileLock lock = channel.tryLock();
      if (lock == null) {
        throw new KVException.FolderInUse(folder, "process " + read(channel));
      }
      channel.truncate(0);
      byte[] self = Long.toString(ProcessHandle.current().pid()).getBytes(StandardCharsets.UTF_8);
      channel.write(ByteBuffer.wrap(self), 0);
      return new FolderLock(real, channel);
    } catch (OverlappingFileLockException heldHere) {
      HELD_HERE.remove(real);
      channel.close();
      throw new KVException.FolderInUse(folder, "another store of this process");
    } catch (Throwable failure) {
      HELD_HERE.remove(real);
      if (channel != null) {
        channel.close();
      }
      throw failure;
    }
  }

  private static String read(FileChannel channel) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(20);
    int length = channel.read(bytes, 0);
    String digits =
        new String(bytes.array(), 0, Math.max(length, 0), StandardCharsets.ISO_8859_1)
            .replaceAll("\\D", "");
    return digits.isEmpty() ? "unknown" : digits;
  }

  @Override
  public void close() throws IOException {
    channel.close();
    HELD_HERE.remove(folder);
  }
}
