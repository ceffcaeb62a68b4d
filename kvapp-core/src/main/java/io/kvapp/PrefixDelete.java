package io.kvapp;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.LongConsumer;

/**
 * Removes the entries of a prefix in steps, each a batch that holds what it has read to the
 * revision it had: what is written meanwhile stays.
 *
 * <p>For one thread.
 */
final class PrefixDelete {
  private static final int MAX_KEYS_IN_A_STEP = 1_000;
  private static final long MAX_BYTES_IN_A_STEP = 4 << 20;

  private final KVStore store;
  private final LongConsumer progress;
  private final Scan scan;
  private final long revision;
  private long deleted;

  PrefixDelete(KVStore store, byte[] prefix, LongConsumer progress) {
    this.store = store;
    this.progress = Objects.requireNonNull(progress, "progress");
    StoreLimits limits = store.limits();
    int keys = Math.min(limits.maxBatchOperations(), limits.maxBatchConditions());
    this.scan =
        Scan.prefix(prefix)
            .keysOnly()
            .limit(Math.min(MAX_KEYS_IN_A_STEP, keys))
            .maxBytes(Math.min(MAX_BYTES_IN_A_STEP, limits.maxBatchBytes()));
    this.revision = store.revision();
  }

  /** Returns how many entries were removed. */
  long run() {
    Page page = store.scan(scan);
    while (!page.entries().isEmpty()) {
      List<Entry> read = page.entries();
      delete(read.stream().filter(entry -> entry.revision() <= revision).toList());
      progress.accept(deleted);
      if (!page.more()) {
        break;
      }
      page = store.scan(scan.after(read.get(read.size() - 1).key()));
    }
    return deleted;
  }

  /** Removes those of the entries that are still as they were read. */
  private void delete(List<Entry> read) {
    List<Entry> unchanged = new ArrayList<>(read);
    while (!unchanged.isEmpty()) {
      Batch batch = new Batch();
      for (Entry entry : unchanged) {
        batch.ifRevision(entry.key(), entry.revision()).delete(entry.key());
      }
      List<BatchResult.Failure> failures = store.commit(batch).failures();
      if (failures.isEmpty()) {
        deleted += unchanged.size();
        return;
      }
      for (int i = failures.size() - 1; i >= 0; i--) {
        unchanged.remove(failures.get(i).index());
      }
    }
  }
}
