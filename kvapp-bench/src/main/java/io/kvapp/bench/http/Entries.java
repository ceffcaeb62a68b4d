package io.kvapp.bench.http;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * The entries that the servers hold: keys of 23 characters of which 100 share all but two, values
 * of letters and digits, 100 by default, so that no server has to escape anything.
 *
 * @param prefixes the beginnings of 100 keys each
 * @param values the value of each key
 */
record Entries(List<String> prefixes, List<String> keys, List<String> values) {
  private static final int PER_PREFIX = 100;
  private static final int VALUE_LENGTH = 100;

  /** So many entries, rounded up to whole prefixes. */
  static Entries of(int count) {
    return of(count, VALUE_LENGTH);
  }

  /** The same with values of another length. */
  static Entries of(int count, int valueLength) {
    Entries entries = new Entries(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
    SplittableRandom random = new SplittableRandom(count);
    while (entries.keys.size() < count) {
      String prefix = String.format("user%016x.", random.nextLong());
      entries.prefixes.add(prefix);
      for (int i = 0; i < PER_PREFIX; i++) {
        entries.keys.add(prefix + i / 10 + i % 10);
        entries.values.add(value(random, valueLength));
      }
    }
    return entries;
  }

  private static String value(SplittableRandom random, int length) {
    StringBuilder value = new StringBuilder();
    while (value.length() < length) {
      value.append(Long.toString(random.nextLong(1L << 62), 36));
    }
    return value.substring(0, length);
  }
}
