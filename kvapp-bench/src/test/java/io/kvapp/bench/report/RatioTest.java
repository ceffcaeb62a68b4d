package io.kvapp.bench.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class RatioTest {
  private final Samples samples = new Samples();

  @Test
  void of_comparesWithTheBestOfEachRound() {
    add("own", 0, 30);
    add("a", 0, 10);
    add("b", 0, 20);
    add("own", 1, 40);
    add("a", 1, 10);
    add("b", 1, 10);
    add("own", 2, 10);
    add("a", 2, 5);
    add("b", 2, 4);

    assertThat(Ratio.of(samples, "own", List.of("a", "b"))).contains(new Ratio("a", 2, 1.5, 4));
  }

  @Test
  void of_nobodyElse_isEmpty() {
    add("own", 0, 30);

    assertThat(Ratio.of(samples, "own", List.of("a"))).isEmpty();
  }

  @Test
  void of_withoutOwnFigures_isEmpty() {
    add("a", 0, 30);

    assertThat(Ratio.of(samples, "own", List.of("a"))).isEmpty();
  }

  @Test
  void markdownTable_alignsFiguresRight() {
    MarkdownTable table = new MarkdownTable(List.of("", "KVApp"));
    table.add(List.of("get", "1,000"));

    assertThat(table).hasToString("|  | KVApp |\n|---|---:|\n| get | 1,000 |\n");
  }

  private void add(String subject, int round, double value) {
    samples.add(new Sample("run", "get", 1, subject, round, value, "ops/s"));
  }
}
