package io.kvapp.engine.tree;

import io.kvapp.Durability;
import io.kvapp.engine.file.Disk;
import io.kvapp.engine.file.WorkerThread;
import io.kvapp.engine.journal.Journal;
import io.kvapp.engine.journal.JournalPosition;
import io.kvapp.engine.model.EngineOptions;
import io.kvapp.engine.model.Operation;
import io.kvapp.engine.model.StripedLocks;
import io.kvapp.engine.sstable.SSTableFolder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ExecutorService;

/** The tree of a new store, without its hash table. */
final class TreeFixture implements AutoCloseable {
  final StripedLocks stripes = new StripedLocks();
  final Journal journal;
  final VersionSet versions;
  final Flusher flusher;
  final Compactor compactor;

  /** How many entries there are, as a flush takes it over. */
  volatile long counted = Manifest.UNKNOWN;

  private final ExecutorService preparing = WorkerThread.executor("test");

  /** Makes the folder and begins the store in it. */
  TreeFixture(Disk disk, Path folder, EngineOptions options) throws IOException {
    Files.createDirectory(folder);
    SSTableFolder sstables = new SSTableFolder(disk, folder);
    try {
      journal = new Journal(disk, folder, 1, 0, preparing, options, Durability.OS);
      versions = new VersionSet(sstables, journal, 1, List.of(), Manifest.UNKNOWN);
      flusher = new Flusher(versions, journal, stripes, () -> counted, options);
      compactor = new Compactor(versions, () -> 0);
      versions.writeManifest();
    } catch (Throwable failure) {
      preparing.shutdown();
      throw failure;
    }
  }

  /** Puts an entry; returns its revision. */
  long put(String key, String value) {
    return write(Operation.put(bytes(key), bytes(value), 0));
  }

  /** Deletes an entry; returns the revision of the delete. */
  long delete(String key) {
    return write(Operation.delete(bytes(key)));
  }

  private long write(Operation operation) {
    JournalPosition slot = journal.append(List.of(operation))[0];
    versions.apply(operation.key(), slot);
    return slot.revision;
  }

  static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /** Ends the use of all files, which stay as a crash would leave them. */
  void unmap() throws IOException {
    journal.close(true);
    versions.close();
  }

  @Override
  public void close() {
    preparing.shutdown();
  }
}
