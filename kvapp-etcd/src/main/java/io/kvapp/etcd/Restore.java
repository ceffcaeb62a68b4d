package io.kvapp.etcd;

import io.kvapp.Batch;
import io.kvapp.BatchResult;
import io.kvapp.Entry;
import io.kvapp.Expiry;
import io.kvapp.KVException;
import io.kvapp.client.transfer.ExportFolder;
import io.kvapp.engine.model.Limits;
import java.time.InstantSource;

/**
 * One restore: reads a backup as a whole and checks it, then writes its entries in batches, each of
 * which holds while none of its keys is there.
 *
 * <p>Used once, by one thread.
 */
final class Restore {
  /** How often the key of an entry is in a transaction besides the write itself, and names. */
  private static final int MORE_KEYS = 3;

  private static final int NAME_BYTES = 1 << 10;

  private final EtcdStore store;
  private final Limits limits;
  private final InstantSource clock;
  private Batch batch = new Batch();
  private long batchBytes;
  private long restored;

  Restore(EtcdStore store, Limits limits, InstantSource clock) {
    this.store = store;
    this.limits = limits;
    this.clock = clock;
  }

  /** Restores; returns how many entries were written. */
  long run(ExportFolder backup) {
    requireEmpty();
    backup.forEach(entry -> limits.entry(entry.key(), entry.value()));
    requireEmpty();
    try {
      backup.forEach(this::add);
      commit();
    } catch (RuntimeException failed) {
      throw restored == 0 && !(failed instanceof KVException.Uncertain) ? failed : torn(failed);
    }
    return restored;
  }

  private void requireEmpty() {
    long present = store.size();
    if (present > 0) {
      throw new KVException.WrongState(
          "the store holds " + present + " entries; restore into an empty store");
    }
  }

  private void add(Entry entry) {
    if (Limits.isExpired(entry.expiresAtMillis(), clock.millis())) {
      return;
    }
    int keyBytes = entry.key().length;
    long bytes = keyBytes + entry.value().length + MORE_KEYS * (keyBytes + (long) NAME_BYTES);
    boolean isFull = batch.operations().size() == limits.told().maxBatchOperations();
    if (isFull || batchBytes > 0 && batchBytes + bytes > limits.told().maxBatchBytes()) {
      commit();
    }
    batchBytes += bytes;
    Expiry expiry = entry.expiresAt().map(Expiry::at).orElse(Expiry.never());
    batch.ifAbsent(entry.key()).put(entry.key(), entry.value(), expiry);
  }

  private void commit() {
    int count = batch.operations().size();
    if (count > 0) {
      BatchResult result = store.commit(batch);
      if (!result.applied()) {
        throw new KVException.WrongState("somebody else writes to the store");
      }
      restored += count;
      batch = new Batch();
      batchBytes = 0;
    }
  }

  /** What is there when a restore ends in the middle. */
  private KVException torn(RuntimeException failed) {
    String more =
        failed instanceof KVException.Uncertain
            ? ", and maybe the " + batch.operations().size() + " behind them"
            : "";
    return new KVException(
        "the restore has stopped in the middle ("
            + failed.getMessage()
            + "); the store holds the first "
            + restored
            + " entries of the backup in the order of their keys"
            + more
            + "; delete all entries and restore again",
        failed);
  }
}
