package io.kvapp.bench.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ResultFilesTest {
  @TempDir Path folder;

  @Test
  void write_ofAFigureThatIsNotFinite_leavesItOut() throws Exception {
    Samples samples = new Samples();
    samples.add(new Sample("1 k", "load", 1, "A \"quoted\" name", 0, 1_000 / 0.0, "ops/cpu-s"));
    samples.add(new Sample("1 k", "load", 1, "A \"quoted\" name", 0, 250, "ops/s"));

    ResultFiles.write(folder, "results", Map.of("processors", "2"), samples);

    assertThat(Files.readAllLines(folder.resolve("results.csv")))
        .containsExactly(
            "run,measure,threads,subject,round,value,unit",
            "\"1 k\",\"load\",1,\"A \"\"quoted\"\" name\",0,250.0,\"ops/s\"");
    assertThat(Files.readString(folder.resolve("results.json")))
        .contains("250.0")
        .doesNotContain("ops/cpu-s");
  }
}
