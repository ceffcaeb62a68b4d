package io.kvapp.engine;

import io.kvapp.Batch;
import io.kvapp.BatchResult;
import io.kvapp.engine.file.StoreFailures;
import io.kvapp.engine.hashtable.HashIndex;
import io.kvapp.engine.journal.Journal;
import io.kvapp.engine.journal.JournalPosition;
import io.kvapp.engine.memtable.Memtable;
import io.kvapp.engine.model.Limits;
import io.kvapp.engine.model.Operation;
import io.kvapp.engine.model.StripedLocks;
import io.kvapp.engine.model.VersionedValue;
import io.kvapp.engine.tree.VersionSet;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.concurrent.locks.StampedLock;

/**
 * The way of a write: it takes the stripe of its key, checks its condition, appends to the journal,
 * waits for a sync where the durability asks for one, and applies the change to the map and the
 * ordered keys.
 *
 * <p>All methods may be called from any thread.
 */
final class WritePath {
  private static final int REVISIONS_BETWEEN_REQUESTS = 1024;

  private final StoreParts parts;
  private final Maintenance maintenance;
  private final StripedLocks stripes;
  private final Journal journal;
  private final HashIndex index;
  private final VersionSet versions;
  private final StampedLock batches;

  /** Held by a batch that takes as much of the heap as a whole memtable. */
  private final ReentrantLock largeBatch = new ReentrantLock();

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
    maintenance.awaitRoom();
    byte[] key = operation.key();
    StripedLocks.Stripe stripe = stripes.of(key);
    JournalPosition slot;
    stripe.writing.lock();
    try {
      parts.requireOpen();
      if (condition != Condition.NONE && !condition.holds(parts.live(index.get(key)))) {
        return 0;
      }
      slot = journal.append(List.of(operation))[0];
      awaitSync();
      long stamp = stripe.applying.writeLock();
      try {
        apply(operation, slot);
      } finally {
        stripe.applying.unlockWrite(stamp);
      }
    } finally {
      stripe.writing.unlock();
    }
    requestMaintenance(slot.revision);
    return slot.revision;
  }

  private void awaitSync() {
    if (syncEachWrite) {
      journal.sync();
    }
  }

  private void requestMaintenance(long revision) {
    if (revision % REVISIONS_BETWEEN_REQUESTS == 0) {
      maintenance.requestDue();
    } else {
      maintenance.noteWrite();
    }
  }

  private void apply(Operation operation, JournalPosition slot) {
    try {
      byte[] key = operation.key();
      if (operation.isDelete()) {
        index.remove(key);
      } else {
        index.put(key, slot.revision, operation.expiresAt(), operation.value());
      }
      versions.apply(key, slot);
      if (operation.isDelete()) {
        maintenance.noteDelete(key);
      } else if (slot.expires()) {
        earliestExpiry.accumulateAndGet(Limits.instant(operation.expiresAt()), Math::min);
      }
    } catch (Throwable failure) {
      IOException cause = new IOException("a write could not be applied: " + failure, failure);
      index.noteDamage();
      journal.fail(cause);
      if (failure instanceof UncheckedIOException) {
        throw StoreFailures.readOnly(parts.folder, cause);
      }
      throw failure;
    }
  }

  /** Makes all writes, or none when one of the conditions does not hold. */
  BatchResult commit(List<Batch.Condition> conditions, List<Operation> operations) {
    long heapBytes = 0;
    for (Operation operation : operations) {
      heapBytes += Memtable.heapBytesOf(operation.key(), operation.expiresAt() != 0);
    }
    if (!parts.flusher.isLarge(heapBytes)) {
      maintenance.awaitRoom();
      return commitWithRoom(conditions, operations);
    }
    largeBatch.lock();
    try {
      maintenance.awaitRoomFor(heapBytes);
      return commitWithRoom(conditions, operations);
    } finally {
      largeBatch.unlock();
    }
  }

  private BatchResult commitWithRoom(List<Batch.Condition> conditions, List<Operation> operations) {
    byte[][] keys = new byte[conditions.size() + operations.size()][];
    int count = 0;
    for (Batch.Condition condition : conditions) {
      keys[count++] = condition.key();
    }
    for (Operation operation : operations) {
      keys[count++] = operation.key();
    }
    StripedLocks.Stripe[] locked = stripes.of(keys);
    long revision;
    StripedLocks.lock(locked);
    try {
      parts.requireOpen();
      for (int i = 0; i < conditions.size(); i++) {
        Batch.Condition condition = conditions.get(i);
        if (revisionOf(parts.live(index.get(condition.key()))) != condition.revision()) {
          return new BatchResult(0, i);
        }
      }
      if (operations.isEmpty()) {
        return new BatchResult(0, -1);
      }
      revision = writeTogether(locked, operations);
    } finally {
      StripedLocks.unlock(locked);
    }
    requestMaintenance(revision);
    return new BatchResult(revision, -1);
  }

  /** Makes writes under one revision; their stripes are locked by the caller. */
  long writeTogether(StripedLocks.Stripe[] locked, List<Operation> operations) {
    JournalPosition[] slots = journal.append(operations);
    awaitSync();
    long batchStamp = batches.writeLock();
    long[] stamps = StripedLocks.lockApplying(locked);
    try {
      for (int i = 0; i < slots.length; i++) {
        apply(operations.get(i), slots[i]);
      }
    } finally {
      StripedLocks.unlockApplying(locked, stamps);
      batches.unlockWrite(batchStamp);
    }
    return slots[0].revision;
  }
}
