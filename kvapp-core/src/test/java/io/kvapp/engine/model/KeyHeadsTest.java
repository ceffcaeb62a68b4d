package io.kvapp.engine.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class KeyHeadsTest {
  @Test
  void searches_amongEqualHeads_findTheirFirstAndTheirEnd() {
    long seed = Long.getLong("kvapp.seed", System.nanoTime());
    System.out.println("key heads: -Dkvapp.seed=" + seed);
    Random random = new Random(seed);
    for (int run = 0; run < 1_000; run++) {
      long[] heads =
          random
              .longs(random.nextInt(20), -3, 3)
              .boxed()
              .sorted(Long::compareUnsigned)
              .mapToLong(Long::longValue)
              .toArray();
      for (long head = -4; head < 4; head++) {
        long wanted = head;
        int below = (int) Arrays.stream(heads).filter(h -> isBelow(h, wanted)).count();
        int equal = (int) Arrays.stream(heads).filter(h -> h == wanted).count();
        int first = KeyHeads.firstNotBelow(heads, 0, heads.length, head);
        assertThat(first).isEqualTo(below);
        assertThat(KeyHeads.firstAbove(heads, first, heads.length, head)).isEqualTo(below + equal);
      }
    }
  }

  private static boolean isBelow(long head, long other) {
    return Long.compareUnsigned(head, other) < 0;
  }

  @Test
  void comparePrefix_ofKeysBeforeWithAndBehindIt_hasTheirSign() {
    byte[] prefix = {5, -1};
    byte[][] before = {{}, {5}, {5, 7}, {4, -1, 1}};
    byte[][] with = {{5, -1}, {5, -1, 0}};
    byte[][] behind = {{6}, {-1}};
    assertThat(compared(before, prefix)).allMatch(order -> order < 0);
    assertThat(compared(with, prefix)).containsOnly(0);
    assertThat(compared(behind, prefix)).allMatch(order -> order > 0);
  }

  private static IntStream compared(byte[][] keys, byte[] prefix) {
    return Arrays.stream(keys).mapToInt(key -> KeyHeads.comparePrefix(key, prefix));
  }
}
