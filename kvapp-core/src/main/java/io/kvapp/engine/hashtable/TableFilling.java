package io.kvapp.engine.hashtable;

import io.kvapp.engine.model.VersionedValue;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.Stream;
import net.openhft.chronicle.algo.hashing.LongHashFunction;
import net.openhft.chronicle.core.Memory;
import net.openhft.chronicle.hash.impl.BigSegmentHeader;
import net.openhft.chronicle.hash.impl.CompactOffHeapLinearHashTable;
import net.openhft.chronicle.map.VanillaChronicleMap;

/**
 * Fills an empty hash table that nobody uses yet, with entries of which no two have the same key:
 * writes into the file what Chronicle would, one entry behind the other, with no lock, search or
 * allocation for each. A part is, from its first byte on: the slots, 64 bytes of counters, a bit
 * for each chunk, the chunks.
 *
 * <p>{@link #store} is safe for any thread; {@link #finish} is for one, behind all of them.
 */
final class TableFilling implements EntrySink {
  private static final int COUNTERS_BYTES = 64;
  private static final int LOCKS = 64;

  private final VanillaChronicleMap<byte[], StoredEntry, Object> map;
  private final WaitingEntries waiting;
  private final Memory memory = StoredEntry.Codec.MEMORY;
  private final CompactOffHeapLinearHashTable slots;
  private final long bitsAt;
  private final long chunksAt;
  private final int[] entries;
  private final int[] chunks;
  private final Object[] locks = Stream.generate(Object::new).limit(LOCKS).toArray();

  /**
   * A filling of an empty map.
   *
   * @param waiting takes the entries for which it has no room
   */
  TableFilling(VanillaChronicleMap<byte[], StoredEntry, Object> map, WaitingEntries waiting) {
    this.map = map;
    this.waiting = waiting;
    slots = map.hashLookup;
    bitsAt = map.tierHashLookupOuterSize + COUNTERS_BYTES;
    chunksAt = bitsAt + map.tierFreeListOuterSize + map.tierEntrySpaceInnerOffset;
    entries = new int[map.actualSegments];
    chunks = new int[map.actualSegments];
  }

  @Override
  public void store(List<byte[]> keys, IntFunction<VersionedValue> newest) {
    long[] hashes = new long[keys.size()];
    int[] parts = new int[hashes.length];
    for (int i = 0; i < parts.length; i++) {
      hashes[i] = LongHashFunction.xx_r39().hashBytes(keys.get(i));
      parts[i] = map.hashSplitting.segmentIndex(hashes[i]);
    }
    int[] order = PartOrder.of(parts, map.actualSegments);
    StoredEntry stored = new StoredEntry();
    for (int at = 0; at < order.length; ) {
      int part = parts[order[at]];
      synchronized (locks[part % LOCKS]) {
        for (; at < order.length && parts[order[at]] == part; at++) {
          byte[] key = keys.get(order[at]);
          VersionedValue entry = newest.apply(order[at]);
          if (entry != null && !add(part, hashes[order[at]], stored.encode(key, entry))) {
            waiting.put(key, entry);
          }
        }
      }
    }
  }

  private boolean add(int part, long hash, StoredEntry entry) {
    int first = chunks[part];
    int needed = map.inChunks(entry.encodedLength());
    if (needed > map.maxChunksPerEntry
        || first + needed > map.actualChunksPerSegmentTier
        || entries[part] >= map.maxEntriesPerHashLookup) {
      return false;
    }
    long base = map.segmentBaseAddr(part);
    long key = slots.maskUnsetKey(map.hashSplitting.segmentHash(hash));
    long slot = slots.hlPos(key);
    while (!slots.empty(slots.readEntry(base, slot))) {
      slot = slots.step(slot);
    }
    slots.writeEntry(base, slot, slots.entry(key, first));
    long address = base + chunksAt + first * map.chunkSize;
    memory.writeBytes(address, entry.encoded(), 0, entry.encodedLength());
    chunks[part] = first + needed;
    entries[part]++;
    return true;
  }

  /** Says of each part what is in it, so that the map can be used. */
  void finish() {
    for (int part = 0; part < entries.length; part++) {
      long bits = map.segmentBaseAddr(part) + bitsAt;
      int used = chunks[part];
      for (int chunk = 0; chunk < used; chunk += Long.SIZE) {
        int left = used - chunk;
        memory.writeLong(bits + chunk / Byte.SIZE, left < Long.SIZE ? (1L << left) - 1 : -1);
      }
      long header = map.segmentHeaderAddress(part);
      BigSegmentHeader.INSTANCE.entries(header, entries[part]);
      BigSegmentHeader.INSTANCE.lowestPossiblyFreeChunk(header, used);
    }
  }
}
