package io.kvapp.engine;

import io.kvapp.Batch;
import io.kvapp.BatchCondition;
import io.kvapp.BatchOperation;
import io.kvapp.BatchResult;
import io.kvapp.Expiry;
import io.kvapp.KVException;
import io.kvapp.OperationResult;
import io.kvapp.engine.file.Lease;
import io.kvapp.engine.file.StackRoom;
import io.kvapp.engine.memtable.Memtable;
import io.kvapp.engine.model.BatchEvaluation;
import io.kvapp.engine.model.Operation;
import io.kvapp.engine.model.StripedLocks;
import io.kvapp.engine.model.VersionedValue;
import io.kvapp.engine.tree.Version;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The way of a batch: it takes the stripes of its keys, is {@linkplain BatchEvaluation evaluated}
 * against what is there, and goes on as one record on the {@link WritePath}. A batch that changes
 * one key is a single write there, and a lone put without conditions goes there at once.
 *
 * <p>All methods may be called from any thread.
 */
final class BatchWriter {
  private final StoreParts parts;
  private final Maintenance maintenance;
  private final WritePath writes;

  /** Held by a batch that takes as much of the heap as a whole memtable. */
  private final ReentrantLock largeBatch = new ReentrantLock();

  BatchWriter(StoreParts parts, Maintenance maintenance, WritePath writes) {
    this.parts = parts;
    this.maintenance = maintenance;
    this.writes = writes;
  }

  /** Makes all operations, or none when one of the conditions does not hold. */
  BatchResult commit(Batch batch) {
    BatchOperation.Put alone = lonePut(batch);
    if (alone != null) {
      return put(alone);
    }
    return writes.whereSpaceIs(() -> tryCommit(batch));
  }

  /** The only operation of a batch, if it needs nothing to be evaluated; else null. */
  private static BatchOperation.Put lonePut(Batch batch) {
    boolean isAlone = batch.operations().size() == 1 && batch.conditions().isEmpty();
    return isAlone
            && batch.operations().get(0) instanceof BatchOperation.Put put
            && put.expiry() instanceof Expiry.Never
        ? put
        : null;
  }

  private BatchResult put(BatchOperation.Put put) {
    boolean[] created = new boolean[1];
    long revision =
        writes.writeIf(
            Operation.put(put.key(), put.value(), 0),
            now -> {
              created[0] = now == null;
              return true;
            });
    return new BatchResult(revision, List.of(), List.of(new OperationResult.Put(created[0], 0)));
  }

  private BatchResult tryCommit(Batch batch) {
    StackRoom.require();
    long heapBytes = heapBytes(batch.operations());
    if (!parts.flusher.isLarge(heapBytes)) {
      return commit(batch, obstacle());
    }
    largeBatch.lock();
    try {
      maintenance.awaitRoomFor(heapBytes);
      return commit(batch, null);
    } finally {
      largeBatch.unlock();
    }
  }

  /** At most so many bytes of the heap do the changes take in a memtable. */
  private static long heapBytes(List<BatchOperation> operations) {
    long bytes = 0;
    for (BatchOperation operation : operations) {
      if (operation.writes()) {
        bytes += Memtable.heapBytesOf(operation.key(), mayExpire(operation));
      }
    }
    return bytes;
  }

  private static boolean mayExpire(BatchOperation operation) {
    return !(operation instanceof BatchOperation.Delete
        || operation instanceof BatchOperation.Put put && put.expiry() instanceof Expiry.Never);
  }

  /** Waits while the background is too far behind; returns why nothing may take space, or null. */
  private KVException.NoSpace obstacle() {
    try {
      maintenance.awaitRoom();
      return null;
    } catch (KVException.NoSpace full) {
      if (parts.flusher.isBehind()) {
        throw full;
      }
      return full;
    }
  }

  private BatchResult commit(Batch batch, KVException.NoSpace obstacle) {
    StripedLocks.Stripe[] locked = stripes(batch);
    BatchResult result;
    List<Operation> changes;
    StripedLocks.lock(locked);
    try {
      parts.requireOpen();
      BatchEvaluation.Outcome outcome =
          BatchEvaluation.of(batch, this::find, parts.clock.millis(), parts.limits);
      changes = outcome.changes();
      if (changes.isEmpty()) {
        return outcome.result(0);
      }
      if (obstacle != null && !writes.helpToFreeSpace(changes)) {
        throw obstacle;
      }
      // What may run out of memory comes before the record is written.
      result = outcome.result(0);
      long revision =
          changes.size() == 1
              ? writes.writeAlone(parts.stripes.of(changes.get(0).key()), changes)
              : writes.writeTogether(locked, changes);
      result = new BatchResult(revision, result.failures(), result.results());
    } finally {
      StripedLocks.unlock(locked);
    }
    writes.requestMaintenance(
        result.revision(), changes.stream().mapToLong(Operation::valueLength).sum());
    return result;
  }

  private StripedLocks.Stripe[] stripes(Batch batch) {
    List<BatchCondition> conditions = batch.conditions();
    List<BatchOperation> operations = batch.operations();
    byte[][] keys = new byte[conditions.size() + operations.size()][];
    int count = 0;
    for (BatchCondition condition : conditions) {
      keys[count++] = condition.key();
    }
    for (BatchOperation operation : operations) {
      keys[count++] = operation.key();
    }
    return isOneKey(keys)
        ? new StripedLocks.Stripe[] {parts.stripes.of(keys[0])}
        : parts.stripes.of(keys);
  }

  private static boolean isOneKey(byte[][] keys) {
    for (int i = 1; i < keys.length; i++) {
      if (!Arrays.equals(keys[0], keys[i])) {
        return false;
      }
    }
    return keys.length > 0;
  }

  /** The entry of a key whose stripe is locked. */
  private VersionedValue find(byte[] key, boolean withValue) {
    VersionedValue found = parts.index.get(key);
    return found == null || found.value() != null || !withValue ? found : findInTruth(key, found);
  }

  private VersionedValue findInTruth(byte[] key, VersionedValue found) {
    try (Lease<Version> lease = parts.versions.lease()) {
      VersionedValue truth = lease.get().lookUp(key);
      if (truth == null || truth.revision() != found.revision()) {
        parts.index.noteDamage();
      }
      return truth;
    } catch (InternalError late) {
      throw parts.versions.unreadable(late);
    }
  }
}
