package io.kvapp.engine.model;

import io.kvapp.Scan;
import java.util.Arrays;

/**
 * The keys that a scan is about, once it is resumed behind a key.
 *
 * <p>Immutable, safe for any thread.
 *
 * @param from the lowest key, included; empty for the first key there is
 * @param to the key to stop before; null for no end
 */
public record ScanBounds(byte[] from, byte[] to) {
  public static ScanBounds of(Scan scan) {
    byte[] from = scan.from();
    byte[] to = scan.to();
    byte[] after = scan.after();
    if (after == null) {
      return new ScanBounds(from, to);
    }
    if (scan.isReversed()) {
      return new ScanBounds(from, to == null || Arrays.compareUnsigned(after, to) < 0 ? after : to);
    }
    // The smallest key behind another one is that key and a zero.
    byte[] behind = Arrays.copyOf(after, after.length + 1);
    return new ScanBounds(Arrays.compareUnsigned(behind, from) > 0 ? behind : from, to);
  }

  public boolean isEmpty() {
    return to != null && Arrays.compareUnsigned(from, to) >= 0;
  }
}
