package io.kvapp.engine.hashtable;

import io.kvapp.engine.model.Limits;
import io.kvapp.engine.model.VersionedValue;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import net.openhft.chronicle.map.MapEntry;
import net.openhft.chronicle.map.MapSegmentContext;
import net.openhft.chronicle.map.VanillaChronicleMap;
import net.openhft.chronicle.map.impl.CompiledMapQueryContext;

/**
 * What is done with the entries of an open Chronicle Map whose parts are known to be sound.
 *
 * <p>For the threads that {@link ChronicleThreads} admits, each with its own {@link StoredEntry}.
 * Only {@link #close} requires that no call is in flight.
 */
final class EntryOperations implements AutoCloseable {
  private static final int SAMPLED_PARTS = 16;
  private static final int MAX_STORED_BYTES =
      HashTableLayout.HEADER_BYTES + HashIndex.MAX_INLINE_VALUE_BYTES;

  private final VanillaChronicleMap<byte[], StoredEntry, Object> map;
  private final AtomicInteger nextSample = new AtomicInteger();
  private volatile boolean crowded;

  /** Null while entries are overwritten through the mapping. */
  private volatile InPlaceWriter inPlaceWriter;

  EntryOperations(VanillaChronicleMap<byte[], StoredEntry, Object> map) {
    this.map = map;
  }

  /** From now on overwrites entries by calls of the system where they are to be had. */
  void overwriteByCalls(Path file) {
    inPlaceWriter = InPlaceWriter.open(file);
  }

  VersionedValue get(byte[] key, StoredEntry stored) {
    return map.getUsing(key, stored) == null ? null : stored.verified(key);
  }

  /** Stores what {@code stored} was set to, and makes it forget the value. */
  HashTable.Put put(byte[] key, StoredEntry stored) {
    try (CompiledMapQueryContext<byte[], StoredEntry, Object> query = query(key)) {
      int chunks = map.inChunks(query.entrySize(key.length, stored.size()));
      if (chunks > map.maxChunksPerEntry) {
        return HashTable.Put.NO_ROOM;
      }
      query.updateLock().lock();
      MapEntry<byte[], StoredEntry> old = query.entry();
      if (old == null) {
        return crowded && !hasRoom(query, chunks)
            ? HashTable.Put.NO_ROOM
            : insert(query, stored, chunks);
      }
      InPlaceWriter writer = inPlaceWriter;
      if (writer != null && chunks == query.entrySizeInChunks()) {
        overwrite(query, stored, writer);
        return HashTable.Put.REPLACED;
      }
      // Chronicle frees the old entry before it finds that there is no room for a bigger one.
      if (chunks > query.entrySizeInChunks() && !hasRoom(query, chunks)) {
        return HashTable.Put.NO_ROOM;
      }
      query.replaceValue(old, stored);
      return HashTable.Put.REPLACED;
    } finally {
      stored.forget();
    }
  }

  private HashTable.Put insert(
      CompiledMapQueryContext<byte[], StoredEntry, Object> query, StoredEntry stored, int chunks) {
    try {
      query.insert(query.absentEntry(), stored);
      return HashTable.Put.ADDED;
    } catch (IllegalStateException perhapsFull) {
      if (hasRoom(query, chunks)) {
        throw perhapsFull;
      }
      crowded = true; // from now on asks before it inserts, as an exception costs more
      return HashTable.Put.NO_ROOM;
    }
  }

  /** Takes the room and gives it back; the caller finds it again, as the update lock is held. */
  private static boolean hasRoom(
      CompiledMapQueryContext<byte[], StoredEntry, Object> query, int chunks) {
    long position = query.allocReturnCodeGuarded(chunks);
    if (position >= 0) {
      query.freeGuarded(position, chunks);
    }
    return position >= 0;
  }

  /** Replaces what follows the key of an entry by as many chunks, which stay where they are. */
  private void overwrite(
      CompiledMapQueryContext<byte[], StoredEntry, Object> query,
      StoredEntry stored,
      InPlaceWriter writer) {
    query.writeLock().lock();
    long address = query.segmentBS().addressForRead(query.valueSizeOffset());
    writer.write(stored.withLength(), address - map.bsAddress());
  }

  /** True if there was an entry of the key. */
  boolean remove(byte[] key) {
    try (CompiledMapQueryContext<byte[], StoredEntry, Object> query = query(key)) {
      query.updateLock().lock();
      MapEntry<byte[], StoredEntry> entry = query.entry();
      if (entry != null) {
        query.remove(entry);
      }
      return entry != null;
    }
  }

  private CompiledMapQueryContext<byte[], StoredEntry, Object> query(byte[] key) {
    return (CompiledMapQueryContext<byte[], StoredEntry, Object>) map.queryContext(key);
  }

  List<byte[]> keys(int part) {
    List<byte[]> keys = new ArrayList<>();
    try (MapSegmentContext<byte[], StoredEntry, ?> context = map.segmentContext(part)) {
      context.forEachSegmentEntry(entry -> keys.add(StoredEntry.keyOf(entry.key())));
    }
    return keys;
  }

  /** The share of the fullest part that is in use, among a few parts that take turns. */
  double loadOfSample() {
    int parts = map.actualSegments;
    int first = nextSample.getAndAdd(SAMPLED_PARTS);
    double fullest = 0;
    for (int i = 0; i < Math.min(parts, SAMPLED_PARTS); i++) {
      PartUse use = PartUse.of(map, Integer.remainderUnsigned(first + i, parts));
      fullest = Math.max(fullest, use.load(map));
    }
    return fullest;
  }

  /**
   * Adds the number of the entries of a part, and their bytes without what they leave unused; not
   * those of sizes that no entry has, nor those behind what Chronicle cannot read.
   */
  void addSizes(int part, LongAdder count, LongAdder bytes) {
    try (MapSegmentContext<byte[], StoredEntry, ?> context = map.segmentContext(part)) {
      context.forEachSegmentEntry(
          entry -> {
            long key = entry.key().size();
            long stored = entry.value().size();
            if (key <= Limits.MAX_KEY_BYTES && stored <= MAX_STORED_BYTES) {
              count.increment();
              bytes.add(
                  HashTableLayout.lengthBytes(key)
                      + key
                      + HashTableLayout.lengthBytes(stored)
                      + stored);
            }
          });
    } catch (RuntimeException unreadable) {
      // Whoever copies the part meets it again.
    }
  }

  @Override
  public void close() {
    map.close();
    if (inPlaceWriter != null) {
      inPlaceWriter.close();
    }
  }
}
