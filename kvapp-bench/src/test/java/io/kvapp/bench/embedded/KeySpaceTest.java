package io.kvapp.bench.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KeySpaceTest {
  private static final int ENTRIES = 3_000;

  private final KeySpace keys = new KeySpace(ENTRIES);

  @Test
  void key_isDifferentForEachNumber() {
    assertThat(LongStream.range(0, ENTRIES).mapToObj(this::key).collect(Collectors.toSet()))
        .hasSize(ENTRIES)
        .allMatch(key -> key.length() == KeySpace.KEY_BYTES);
  }

  @Test
  void missing_isNoKey() {
    assertThat(LongStream.range(0, ENTRIES).mapToObj(this::key))
        .doesNotContain(new String(keys.missing(1_234), StandardCharsets.US_ASCII));
  }

  @ParameterizedTest
  @ValueSource(ints = {10, 100, 1_000})
  void prefix_isSharedByExactlySoManyKeys(int size) {
    String prefix = new String(keys.prefix(1_234, size), StandardCharsets.US_ASCII);

    assertThat(LongStream.range(0, ENTRIES).mapToObj(this::key).filter(k -> k.startsWith(prefix)))
        .hasSize(size);
  }

  @Test
  void scattered_reachesEachNumberOnce() {
    assertThat(
            LongStream.range(0, ENTRIES).map(keys::scattered).boxed().collect(Collectors.toSet()))
        .hasSize(ENTRIES)
        .allMatch(number -> number >= 0 && number < ENTRIES);
  }

  @Test
  void keySpace_ofPartOfAPage_isRefused() {
    assertThatThrownBy(() -> new KeySpace(150))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("not 150");
  }

  @Test
  void popularNumbers_drawThePopularAsOftenAsYcsb() {
    Stage stage = new Stage(null, keys, 8);
    int[] numbers = stage.popularNumbers();
    double zeta = LongStream.rangeClosed(1, ENTRIES).mapToDouble(n -> Math.pow(n, -0.99)).sum();

    double first = Arrays.stream(numbers).filter(number -> number == stage.scattered(0)).count();

    assertThat(Arrays.stream(numbers)).allMatch(number -> number >= 0 && number < ENTRIES);
    assertThat(first / numbers.length).isBetween(0.95 / zeta, 1.05 / zeta);
  }

  @Test
  void inOrder_isEachNumberOnce_byItsKey() {
    long[] numbers = new KeySpace(ENTRIES).inOrder().toArray();

    assertThat(numbers).hasSize(ENTRIES);
    assertThat(Arrays.stream(numbers).mapToObj(this::key)).isSorted().doesNotHaveDuplicates();
  }

  private String key(long number) {
    return new String(keys.key(number), StandardCharsets.US_ASCII);
  }
}
