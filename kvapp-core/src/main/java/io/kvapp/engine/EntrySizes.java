package io.kvapp.engine;

import io.kvapp.KVException;
import io.kvapp.engine.hashtable.HashIndex;
import io.kvapp.engine.hashtable.HashTableSize;
import io.kvapp.engine.sstable.SSTable;
import io.kvapp.engine.sstable.SSTableReader;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The average sizes of keys and values, estimated from a sample of the entries in SSTables.
 *
 * <p>Safe for any thread.
 */
final class EntrySizes {
  private static final Logger LOG = LoggerFactory.getLogger(EntrySizes.class);
  private static final int SAMPLES = 1000;

  private record Sample(int keyBytes, int valueBytes) {}

  private EntrySizes() {}

  /** The size of a hash table for so many entries of the kind that is in these SSTables. */
  static HashTableSize hashTableFor(long entries, List<SSTable> sstables) {
    List<Sample> samples = new ArrayList<>();
    double puts = Math.max(1, sstables.stream().mapToLong(SSTable::puts).sum());
    for (SSTable sstable : sstables) {
      sample(sstable, (int) Math.ceil(sstable.puts() / puts * SAMPLES), samples);
    }
    if (samples.isEmpty()) {
      return HashTableSize.SMALLEST;
    }
    double keyBytes = samples.stream().mapToInt(Sample::keyBytes).average().orElseThrow();
    double valueBytes = samples.stream().mapToInt(Sample::valueBytes).average().orElseThrow();
    return HashTableSize.forEntries(
        entries, (int) Math.ceil(keyBytes), (int) Math.ceil(valueBytes));
  }

  private static void sample(SSTable sstable, int wanted, List<Sample> samples) {
    try {
      for (byte[] key : sstable.sampleKeys(wanted)) {
        SSTableReader reader = sstable.find(key);
        if (!reader.isDelete()) {
          int length = reader.valueLength();
          boolean inline = length <= HashIndex.MAX_INLINE_VALUE_BYTES;
          samples.add(new Sample(key.length, inline ? length : 0));
        }
      }
    } catch (KVException.Corrupt damage) {
      LOG.warn("the sizes of entries are estimated without some of them: {}", damage.getMessage());
    }
  }
}
