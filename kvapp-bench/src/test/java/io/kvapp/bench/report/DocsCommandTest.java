package io.kvapp.bench.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class DocsCommandTest {
  @TempDir Path folder;
  private Path results;
  private Path page;

  @BeforeEach
  void measureOnce() throws Exception {
    results = folder.resolve("results");
    page = folder.resolve("performance.md");
    Samples samples = new Samples();
    samples.add(new Sample("1 k", "get", 2, "own", 0, 20, "ops/s"));
    samples.add(new Sample("1 k", "get", 2, "other", 0, 10, "ops/s"));
    Files.createDirectories(results);
    ResultFiles.writePage(
        results,
        "embedded",
        Map.of("memory", "1 MB"),
        samples,
        "own",
        List.of("other"),
        "the table\n");
  }

  @Test
  void call_replacesOnlyWhatStandsBetweenTheComments() throws Exception {
    Files.writeString(page, "before\n<!-- embedded -->\nold\n<!-- end of embedded -->\nafter\n");

    assertThat(run()).isZero();

    assertThat(page)
        .content()
        .startsWith("before\n<!-- embedded -->\nMeasured on: memory 1 MB.\n")
        .contains("](embedded-1-k.svg)", "\nthe table\n<!-- end of embedded -->\nafter\n")
        .doesNotContain("old");
    assertThat(folder.resolve("embedded-1-k.svg")).content().contains("<svg");
  }

  @Test
  void call_pageWithoutComments_isRefusedAndLeft() throws Exception {
    Files.writeString(page, "nothing here\n");

    assertThat(run()).isNotZero();

    assertThat(page).hasContent("nothing here");
  }

  private int run() {
    return new CommandLine(DocsCommand.class).execute("--results=" + results, "--page=" + page);
  }
}
