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

    assertThat(Files.readString(folder.resolve("results.json")))
        .contains("\"A \\\"quoted\\\" name\"", "250.0")
        .doesNotContain("ops/cpu-s");
  }

  @Test
  void read_ofWhatWasWritten_givesItBackAndJoinsWhatIsNew() throws Exception {
    Sample get = new Sample("1 M", "get", 2, "KVApp", 0, 1.5e6, "ops/s");
    Sample put = new Sample("1 M", "overwrite", 2, "KVApp", 0, 3e5, "ops/s");
    Sample newPut = new Sample("1 M", "overwrite", 2, "KVApp", 0, 4e5, "ops/s");
    Samples before = new Samples();
    before.add(get);
    before.add(put);
    ResultFiles.write(folder, "results", Map.of(), before);
    Samples now = new Samples();
    now.add(newPut);

    Samples joined = now.joinedWith(ResultFiles.read(folder, "results"));

    assertThat(joined.all()).containsExactly(get, newPut);
    assertThat(ResultFiles.read(folder, "none").all()).isEmpty();
  }
}
