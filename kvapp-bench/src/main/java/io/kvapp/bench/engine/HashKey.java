package io.kvapp.bench.engine;

import java.util.Arrays;

/** An array as a key of a hash map. */
final class HashKey {
  private final byte[] bytes;
  private final int hash;

  HashKey(byte[] bytes) {
    this.bytes = bytes;
    hash = Arrays.hashCode(bytes);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof HashKey that && Arrays.equals(bytes, that.bytes);
  }

  @Override
  public int hashCode() {
    return hash;
  }
}
