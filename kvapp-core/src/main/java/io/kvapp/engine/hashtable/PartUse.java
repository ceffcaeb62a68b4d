package io.kvapp.engine.hashtable;

import net.openhft.chronicle.map.VanillaChronicleMap;
import net.openhft.chronicle.map.impl.CompiledMapIterationContext;

/**
 * How much of a part of a {@link HashTable} is in use.
 *
 * <p>Immutable; {@link #of} is for the threads that may touch the map.
 *
 * @param entries how many entries are in it
 * @param chunks how many units of allocation they take
 */
record PartUse(long entries, long chunks) {
  static PartUse of(VanillaChronicleMap<?, ?, ?> map, int part) {
    try (CompiledMapIterationContext<?, ?, ?> context =
        (CompiledMapIterationContext<?, ?, ?>) map.segmentContext(part)) {
      context.goToFirstTier();
      return new PartUse(context.tierEntries(), context.freeList().cardinality());
    }
  }

  /** The share of the slots or of the chunks that is taken, whichever is more. */
  double load(VanillaChronicleMap<?, ?, ?> map) {
    return Math.max(
        (double) entries / map.maxEntriesPerHashLookup,
        (double) chunks / map.actualChunksPerSegmentTier);
  }
}
