package io.kvapp.bench.http;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * The entries that the servers hold: keys of 23 characters of which 100 share all but two, values
 * of 100 letters and digits, so that no server has to escape anything.
 *
 * <p>Immutable, safe for any thread.
 */
final class Entries {
  static final int PER_PREFIX = 100;

  private static final int VALUE_LENGTH = 100;
  private static final String LETTERS =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

  private final List<String> prefixes = new ArrayList<>();
  private final List<String> keys = new ArrayList<>();
  private final List<String> values = new ArrayList<>();

  /** So many entries, rounded up to whole prefixes. */
  Entries(int count) {
    SplittableRandom random = new SplittableRandom(count);
    while (keys.size() < count) {
      String prefix = String.format("user%016x.", random.nextLong());
      prefixes.add(prefix);
      for (int i = 0; i < PER_PREFIX; i++) {
        keys.add(prefix + i / 10 + i % 10);
        values.add(value(random));
      }
    }
  }

  private static String value(SplittableRandom random) {
    StringBuilder value = new StringBuilder(VALUE_LENGTH);
    while (value.length() < VALUE_LENGTH) {
      value.append(LETTERS.charAt(random.nextInt(LETTERS.length())));
    }
    return value.toString();
  }

  int count() {
    return keys.size();
  }

  String key(int number) {
    return keys.get(number);
  }

  String value(int number) {
    return values.get(number);
  }

  List<String> prefixes() {
    return prefixes;
  }
}
