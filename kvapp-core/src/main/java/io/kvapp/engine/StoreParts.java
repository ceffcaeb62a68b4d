package io.kvapp.engine;

import io.kvapp.Durability;
import io.kvapp.KVException;
import io.kvapp.RecoveryReport;
import io.kvapp.StoreOptions;
import io.kvapp.engine.changes.Watermark;
import io.kvapp.engine.file.Disk;
import io.kvapp.engine.file.FolderLock;
import io.kvapp.engine.file.NoSpaceException;
import io.kvapp.engine.file.StoreFailures;
import io.kvapp.engine.file.WorkerThread;
import io.kvapp.engine.hashtable.HashIndex;
import io.kvapp.engine.journal.Journal;
import io.kvapp.engine.model.EngineOptions;
import io.kvapp.engine.model.Limits;
import io.kvapp.engine.model.StripedLocks;
import io.kvapp.engine.model.VersionedValue;
import io.kvapp.engine.tree.Compactor;
import io.kvapp.engine.tree.Flusher;
import io.kvapp.engine.tree.Manifest;
import io.kvapp.engine.tree.VersionSet;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.StampedLock;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What an open store in a folder consists of, and the order in which it is opened and closed.
 *
 * <p>Safe for any thread; opened and closed by a thread that nobody interrupts.
 */
final class StoreParts {
  private static final Logger LOG = LoggerFactory.getLogger(StoreParts.class);

  final Path folder;
  final Disk disk;
  final InstantSource clock;
  final Limits limits;
  final boolean syncEachWrite;
  final StripedLocks stripes;
  final Journal journal;
  final HashIndex index;
  final VersionSet versions;
  final Flusher flusher;
  final Compactor compactor;
  final Watermark watermark;
  final JournalChanges changes;
  final RecoveryReport report;

  /** Held alone while a batch becomes visible, and shared by reads of more than one key. */
  final StampedLock batches = new StampedLock();

  /** When the first entry expires; at most too early, and the largest number for none. */
  final AtomicLong earliestExpiry = new AtomicLong(Long.MAX_VALUE);

  private final FolderLock lock;
  private final ExecutorService preparing;
  private volatile boolean closed;
  private volatile boolean folderLost;

  private StoreParts(
      Path folder,
      StoreOptions options,
      Disk disk,
      FolderLock lock,
      ExecutorService preparing,
      Recovery recovery) {
    this.folder = folder;
    this.disk = disk;
    this.clock = options.clock();
    this.limits = new Limits(options);
    this.syncEachWrite = options.durability() == Durability.SYNC;
    this.lock = lock;
    this.preparing = preparing;
    this.stripes = recovery.stripes;
    this.journal = recovery.journal;
    this.index = recovery.index;
    this.versions = recovery.versions;
    this.flusher = recovery.flusher;
    this.compactor = recovery.compactor;
    this.watermark = new Watermark(journal::revision);
    this.changes = new JournalChanges(journal, watermark, () -> !closed);
    this.report = recovery.report;
  }

  /**
   * Opens a folder; a failure leaves nothing open.
   *
   * @param starting makes a store of the parts and starts it
   */
  static DiskStore open(
      Path folder,
      StoreOptions options,
      Disk disk,
      EngineOptions tuning,
      Function<StoreParts, DiskStore> starting) {
    new DataFolder(disk, folder).prepare();
    FolderLock lock = null;
    ExecutorService preparing = WorkerThread.executor("kvapp-journal");
    try {
      lock = FolderLock.take(folder, Manifest.holder(folder));
      Recovery recovery = new Recovery(disk, folder, options, tuning, preparing);
      recovery.open();
      try {
        return starting.apply(new StoreParts(folder, options, disk, lock, preparing, recovery));
      } catch (Throwable failure) {
        recovery.closeAfterFailure(failure);
        throw failure;
      }
    } catch (IOException failure) {
      release(lock, preparing, failure);
      throw StoreFailures.unusable(folder, failure);
    } catch (Throwable failure) {
      release(lock, preparing, failure);
      throw failure;
    }
  }

  private static void release(FolderLock lock, ExecutorService preparing, Throwable failure) {
    WorkerThread.stop(preparing);
    if (lock != null) {
      try {
        lock.close();
      } catch (IOException suppressed) {
        failure.addSuppressed(suppressed);
      }
    }
  }

  /** The entry if there is one that has not expired; else null. */
  VersionedValue live(VersionedValue found) {
    return found == null
            || found.expiresAt() != 0 && Limits.isExpired(found.expiresAt(), clock.millis())
        ? null
        : found;
  }

  void requireOpen() {
    if (closed) {
      throw StoreFailures.closed();
    }
  }

  /**
   * Makes the store read-only where its folder is no longer its own.
   *
   * @return whether the folder may be written
   */
  boolean keepFolder() {
    if (folderLost) {
      return false;
    }
    Disk.Fenced loss = lock.loss();
    if (loss == null) {
      loss = lossOfFiles();
    }
    if (loss == null) {
      return true;
    }
    folderLost = true;
    disk.fence(loss);
    journal.fail(loss);
    LOG.error("store {} is read-only: {}", folder, loss.getMessage());
    return false;
  }

  /** Looks for the files without which the next open would not find what was written. */
  private Disk.Fenced lossOfFiles() {
    return missingFile()
        .map(
            gone ->
                new Disk.Fenced(
                    gone
                        + " was deleted while it was open, and what was written before may be lost;"
                        + " close it, put a backup in its place, and open it again"))
        .orElse(null);
  }

  private Optional<Path> missingFile() {
    Path segment = journal.file();
    // One that is missing may have been flushed since; the one that is written never is.
    if (Files.notExists(segment) && segment.equals(journal.file())) {
      return Optional.of(segment);
    }
    Path manifest = folder.resolve(Manifest.NAME);
    return Files.notExists(manifest) ? Optional.of(manifest) : versions.missingFile();
  }

  /** Refuses everything from now on, once calls in flight have finished; false if done before. */
  boolean refuse() {
    boolean[] first = new boolean[1];
    stripes.alone(
        () -> {
          first[0] = !closed;
          closed = true;
        });
    changes.signal().raise();
    return first[0];
  }

  /** Saves what is not in an SSTable yet, and closes everything whether that worked or not. */
  void close(Maintenance maintenance) {
    try (lock) {
      maintenance.close();
      boolean saved = false;
      try {
        if (keepFolder() && journal.failure() == null) {
          maintenance.space.makeRoomToClose();
          flusher.flush();
          compactor.compactToClose(journal::requireHealthy);
          saved = true;
        }
      } finally {
        try {
          finish(saved);
        } finally {
          // It gives back files of the journal, for which the lock must be held.
          WorkerThread.stop(preparing);
        }
      }
      if (!saved) {
        throw StoreFailures.readOnly(folder, journal.failure());
      }
      maintenance.space.restoreReserve();
    } catch (NoSpaceException | KVException.NoSpace full) {
      throw StoreFailures.notClosedCleanly(folder, full);
    } catch (IOException failure) {
      throw journal.refuse(failure, 0);
    }
  }

  /** So that the next open takes what is damaged in a journal that stays for no torn end. */
  private void noteJournal() {
    try {
      if (journal.failure() == null) {
        journal.syncAndNote();
      }
    } catch (KVException failure) {
      LOG.debug("the journal is not synced: {}", failure.getMessage());
    }
  }

  private void finish(boolean saved) throws IOException {
    boolean clean = false;
    try {
      if (saved) {
        versions.writeCleanManifest(index.upkeep().finish());
        clean = true;
      } else {
        index.close();
        noteJournal();
      }
    } finally {
      try {
        // A manifest that is not clean names the journal, if only its empty end.
        journal.close(!clean);
      } finally {
        versions.close();
      }
    }
  }
}
