package io.kvapp.engine;

import io.kvapp.KVException;
import io.kvapp.engine.changes.Watermark;
import io.kvapp.engine.file.Lease;
import io.kvapp.engine.file.Shortage;
import io.kvapp.engine.file.StackRoom;
import io.kvapp.engine.file.StoreFailures;
import io.kvapp.engine.hashtable.HashIndex;
import io.kvapp.engine.journal.Journal;
import io.kvapp.engine.journal.JournalPosition;
import io.kvapp.engine.model.Limits;
import io.kvapp.engine.model.Operation;
import io.kvapp.engine.model.StripedLocks;
import io.kvapp.engine.model.VersionedValue;
import io.kvapp.engine.tree.Version;
import io.kvapp.engine.tree.VersionSet;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.StampedLock;
import java.util.function.Supplier;

/**
 * The way of a write: it takes the stripe of its key, checks its condition, appends to the journal,
 * waits for a sync where the durability asks for one, and applies the change to the map and the
 * ordered keys.
 *
 * <p>A write that fails for want of memory or stack has not been made, or has been made as a whole:
 * what can fail is done before the record is in the journal, and what comes behind it is tried
 * until it is done.
 *
 * <p>All methods may be called from any thread.
 */
final class WritePath {
  private static final int REVISIONS_BETWEEN_REQUESTS = 1024;
  private static final int LARGE_BYTES = 64 << 10;

  private final StoreParts parts;
  private final Maintenance maintenance;
  private final StripedLocks stripes;
  private final Journal journal;
  private final HashIndex index;
  private final VersionSet versions;
  private final StampedLock batches;
  private final Watermark watermark;

  private final AtomicLong earliestExpiry;
  private final boolean syncEachWrite;

  WritePath(StoreParts parts, Maintenance maintenance) {
    this.parts = parts;
    this.maintenance = maintenance;
    this.stripes = parts.stripes;
    this.journal = parts.journal;
    this.index = parts.index;
    this.versions = parts.versions;
    this.batches = parts.batches;
    this.watermark = parts.watermark;
    this.earliestExpiry = parts.earliestExpiry;
    this.syncEachWrite = parts.syncEachWrite;
  }

  /** What must be true of the live entry of a key, null where there is none, for a write. */
  interface Condition {
    Condition NONE = now -> true;
    Condition PRESENT = now -> now != null;

    boolean holds(VersionedValue now);
  }

  static long revisionOf(VersionedValue now) {
    return now == null ? 0 : now.revision();
  }

  long write(Operation operation) {
    return writeIf(operation, Condition.NONE);
  }

  /** The revision of the write; 0 when the condition does not hold. */
  long writeIf(Operation operation, Condition condition) {
    return whereSpaceIs(() -> tryWriteIf(operation, condition));
  }

  /** Makes a write that finds no space again after each flush that may have freed some. */
  <T> T whereSpaceIs(Supplier<T> write) {
    while (true) {
      Optional<Instant> flushed = parts.flusher.lastFlush();
      try {
        return write.get();
      } catch (KVException.NoSpace full) {
        if (!maintenance.flushesAfter(flushed)) {
          throw full;
        }
      }
    }
  }

  private long tryWriteIf(Operation operation, Condition condition) {
    StackRoom.require();
    List<Operation> operations = List.of(operation);
    awaitRoom(operations);
    byte[] key = operation.key();
    StripedLocks.Stripe stripe = stripes.of(key);
    long revision;
    stripe.writing.lock();
    try {
      parts.requireOpen();
      if (condition != Condition.NONE && !condition.holds(parts.live(index.get(key)))) {
        return 0;
      }
      revision = writeAlone(stripe, operations);
    } finally {
      stripe.writing.unlock();
    }
    requestMaintenance(revision, operation.valueLength());
    return revision;
  }

  /** Makes a single write, whose stripe is locked by the caller; returns its revision. */
  long writeAlone(StripedLocks.Stripe stripe, List<Operation> single) {
    Operation operation = single.get(0);
    JournalPosition slot = append(stripe, single)[0];
    awaitSync();
    long stamp = lockSurely(stripe.applying);
    try {
      apply(operation, slot);
    } finally {
      stripe.applying.unlockWrite(stamp);
    }
    watermark.release(stripe);
    return slot.revision;
  }

  /**
   * Waits while the background is too far behind for more writes.
   *
   * @throws KVException.NoSpace if it is behind for want of space, which the writes would take
   */
  void awaitRoom(List<Operation> operations) {
    try {
      maintenance.awaitRoom();
    } catch (KVException.NoSpace full) {
      if (parts.flusher.isBehind() || !helpToFreeSpace(operations)) {
        throw full;
      }
    }
  }

  /** Appends a record; the watermark stays below it until the stripe is released. */
  private JournalPosition[] append(StripedLocks.Stripe stripe, List<Operation> operations) {
    boolean held = watermark.hold(stripe);
    try {
      return append(operations);
    } catch (Throwable failure) {
      if (held) {
        watermark.release(stripe);
      }
      throw failure;
    }
  }

  private JournalPosition[] append(List<Operation> operations) {
    try {
      return journal.append(operations);
    } catch (KVException.NoSpace full) {
      maintenance.requestDue();
      if (!helpToFreeSpace(operations)) {
        throw full;
      }
      maintenance.space.releaseReserve(operations);
      return journal.appendOnFullDisk(operations);
    }
  }

  /** Whether all are deletes or overwrites that are not larger than what they overwrite. */
  boolean helpToFreeSpace(List<Operation> operations) {
    return operations.stream()
        .allMatch(operation -> operation.isDelete() || !isLargerThanBefore(operation));
  }

  private boolean isLargerThanBefore(Operation operation) {
    StripedLocks.Stripe stripe = stripes.of(operation.key());
    long stamp = stripe.applying.readLock();
    VersionedValue before;
    try {
      before = index.get(operation.key());
    } finally {
      stripe.applying.unlockRead(stamp);
    }
    if (before != null && before.value() == null) {
      try (Lease<Version> lease = versions.lease()) {
        before = lease.get().lookUp(operation.key());
      }
    }
    return before == null || before.value().length < operation.valueLength();
  }

  private void awaitSync() {
    for (int tries = 0; syncEachWrite; tries++) {
      try {
        journal.sync();
        return;
      } catch (VirtualMachineError shortage) {
        Shortage.pause(shortage, tries);
      }
    }
  }

  private static long lockSurely(StampedLock lock) {
    for (int tries = 0; ; tries++) {
      try {
        return lock.writeLock();
      } catch (VirtualMachineError shortage) {
        Shortage.pause(shortage, tries);
      }
    }
  }

  private static void lockSurely(StripedLocks.Stripe[] locked, long[] stamps) {
    for (int tries = 0; ; tries++) {
      try {
        StripedLocks.lockApplying(locked, stamps);
        return;
      } catch (VirtualMachineError shortage) {
        Shortage.pause(shortage, tries);
      }
    }
  }

  void requestMaintenance(long revision, long bytes) {
    if (revision % REVISIONS_BETWEEN_REQUESTS == 0 || bytes >= LARGE_BYTES) {
      maintenance.requestDue();
    } else {
      maintenance.noteWrite();
    }
  }

  /**
   * Makes a write visible that is in the journal, whatever is short meanwhile: a write that was not
   * applied would come back with the next recovery.
   */
  private void apply(Operation operation, JournalPosition slot) {
    try {
      for (int tries = 0; ; tries++) {
        try {
          applyToIndex(operation, slot);
          break;
        } catch (VirtualMachineError shortage) {
          Shortage.pause(shortage, tries);
        }
      }
      for (int tries = 0; ; tries++) {
        try {
          applyToMemtable(operation, slot);
          return;
        } catch (VirtualMachineError shortage) {
          Shortage.pause(shortage, tries);
        }
      }
    } catch (Throwable failure) {
      index.suspect(failure);
      IOException cause = new IOException("a write could not be applied: " + failure, failure);
      journal.fail(cause);
      if (failure instanceof InternalError) {
        throw StoreFailures.readOnly(parts.folder, cause);
      }
      throw failure;
    }
  }

  private void applyToIndex(Operation operation, JournalPosition slot) {
    if (operation.isDelete()) {
      index.remove(operation.key());
    } else {
      index.put(operation.key(), slot.revision, operation.expiresAt(), operation.value());
    }
  }

  private void applyToMemtable(Operation operation, JournalPosition slot) {
    if (slot.expires()) {
      earliestExpiry.accumulateAndGet(Limits.instant(operation.expiresAt()), Math::min);
    }
    versions.apply(operation.key(), slot);
    if (operation.isDelete()) {
      maintenance.noteDelete(operation.key());
    }
  }

  /** Makes writes under one revision; their stripes are locked by the caller. */
  long writeTogether(StripedLocks.Stripe[] locked, List<Operation> operations) {
    Operation[] changes = operations.toArray(Operation[]::new);
    long[] stamps = new long[locked.length];
    JournalPosition[] slots = append(locked[0], operations);
    awaitSync();
    long batchStamp = lockSurely(batches);
    try {
      lockSurely(locked, stamps);
      try {
        for (int i = 0; i < slots.length; i++) {
          apply(changes[i], slots[i]);
        }
      } finally {
        StripedLocks.unlockApplying(locked, stamps);
      }
    } finally {
      batches.unlockWrite(batchStamp);
    }
    watermark.release(locked[0]);
    return slots[0].revision;
  }
}
