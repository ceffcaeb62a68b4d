package io.kvapp.engine.hashtable;

import io.kvapp.engine.file.Lease;
import io.kvapp.engine.model.Cursor;
import io.kvapp.engine.model.StripedLocks;
import io.kvapp.engine.model.VersionedValue;
import io.kvapp.engine.tree.Version;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.IntFunction;
import java.util.function.LongPredicate;

/**
 * Moves entries into a hash table while readers and writers go on.
 *
 * <p>Entries come in batches, and each batch is stored {@linkplain PartOrder part by part}. Each
 * entry is stored with the stripe of its key locked, if it is still the newest; where there is no
 * room, it waits in the heap.
 *
 * <p>{@link #store} is for any thread, the rest for the thread that migrates.
 */
final class Migration implements EntrySink {
  private static final int BATCH_KEYS = 10_000;

  private final StripedLocks stripes;
  private final Truth truth;
  private final HashTable target;
  private final WaitingEntries waiting;
  private final Runnable noteDamage;

  /**
   * A migration.
   *
   * @param waiting takes the entries for which the target has no room
   * @param noteDamage is told of an entry that does not match its checksum
   */
  Migration(
      StripedLocks stripes,
      Truth truth,
      HashTable target,
      WaitingEntries waiting,
      Runnable noteDamage) {
    this.stripes = stripes;
    this.truth = truth;
    this.target = target;
    this.waiting = waiting;
    this.noteDamage = noteDamage;
  }

  /** Moves the waiting entries for which the target has room. */
  void takeWaiting() {
    waiting.forEachKey(
        key -> {
          StripedLocks.Stripe stripe = stripes.of(key);
          stripe.writing.lock();
          try {
            VersionedValue entry = waiting.get(key);
            // In this order, as readers look for those that wait first.
            if (entry != null && target.put(key, entry) != HashTable.Put.NO_ROOM) {
              waiting.remove(key);
            }
          } finally {
            stripe.writing.unlock();
          }
        });
  }

  /** Stores a batch; the newest entry of each key is asked for with its stripe locked. */
  @Override
  public void store(List<byte[]> keys, IntFunction<VersionedValue> newest) {
    int[] parts = new int[keys.size()];
    for (int i = 0; i < parts.length; i++) {
      parts[i] = target.part(keys.get(i));
    }
    for (int i : PartOrder.of(parts, target.parts())) {
      byte[] key = keys.get(i);
      StripedLocks.Stripe stripe = stripes.of(key);
      stripe.writing.lock();
      try {
        VersionedValue entry = newest.apply(i);
        if (entry != null && target.put(key, entry) == HashTable.Put.NO_ROOM) {
          waiting.put(key, entry);
        }
      } finally {
        stripe.writing.unlock();
      }
    }
  }

  /**
   * Copies all entries of another hash table, part by part, since all entries of one part go to few
   * parts of a larger hash table. What is in damaged parts comes from the truth.
   *
   * @param goOn asked now and then, with how many entries are left; a no ends the copying before it
   *     is complete, and is the answer from then on
   */
  void copyAll(HashTable source, LongPredicate goOn) {
    BitSet damagedParts = new BitSet();
    long entries = source.size();
    int parts = source.parts();
    for (int turn = 0; turn < parts && goOn.test(entries / parts * (parts - turn)); turn++) {
      int part = source.scattered(turn);
      List<byte[]> keys = soundKeys(source, part);
      if (keys == null) {
        damagedParts.set(part);
      } else {
        store(keys, i -> newest(source, keys.get(i)));
      }
    }
    if (!damagedParts.isEmpty()) {
      copyFromTruth(source, damagedParts, () -> goOn.test(entries));
    }
  }

  /** The keys of a part of another hash table; null if it is damaged. */
  private List<byte[]> soundKeys(HashTable source, int part) {
    try {
      return source.isSound(part) ? source.keys(part) : null;
    } catch (HashTable.DamagedException damage) {
      noteDamage.run();
      return null;
    }
  }

  private void copyFromTruth(HashTable source, BitSet damagedParts, BooleanSupplier goOn) {
    try (Lease<Version> lease = truth.lease()) {
      Version version = lease.get();
      Cursor cursor = version.entries(new byte[0], null, false);
      List<byte[]> keys = new ArrayList<>();
      while (goOn.getAsBoolean() && cursor.next()) {
        if (!cursor.isDelete() && damagedParts.get(source.part(cursor.key()))) {
          keys.add(cursor.ownKey());
        }
        if (keys.size() == BATCH_KEYS) {
          storeFromTruth(keys);
          keys.clear();
        }
      }
      storeFromTruth(keys);
    }
  }

  /** The hash table of a damaged part may take an entry for absent. */
  private void storeFromTruth(List<byte[]> keys) {
    store(keys, i -> truth.lookUp(keys.get(i)));
  }

  /** A write since the migration began has removed the entry from the source. */
  private VersionedValue newest(HashTable source, byte[] key) {
    try {
      return source.get(key);
    } catch (HashTable.DamagedException damage) {
      noteDamage.run();
      return truth.lookUp(key);
    }
  }
}
