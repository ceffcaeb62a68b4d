package io.kvapp.bench.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** A run so short that its figures mean nothing, through all of the machinery. */
class EmbeddedCommandTest {
  @TempDir Path folder;

  @Test
  void call_writesTablesFiguresAndPlots() throws Exception {
    Path results = folder.resolve("results");

    int status =
        new CommandLine(EmbeddedCommand.class)
            .setCaseInsensitiveEnumValuesAllowed(true)
            .execute(
                "short",
                "--parts=workloads",
                "--engines=kvapp,rocksdb",
                "--only=get/1",
                "--entries=1000",
                "--rounds=1",
                "--millis=20",
                "--warm-millis=20",
                "--heap=256",
                "--work=" + folder.resolve("work"),
                "--results=" + results);

    assertThat(status).isZero();
    assertThat(Files.readString(results.resolve("embedded.md")))
        .startsWith("Measured on: processors ")
        .contains("](embedded-1-k-x-100-B.svg)", "### 1 k x 100 B")
        .containsPattern("\\| get \\| 1 \\| [0-9.]+ \\[[0-9.]+-[0-9.]+] RocksDB \\|");
    assertThat(Files.readString(results.resolve("embedded.json")))
        .contains("\"processors\"", "\"subject\": \"KVApp\"", "\"subject\": \"RocksDB\"");
    assertThat(Files.readString(results.resolve("embedded-1-k-x-100-B.svg"))).contains("<svg");
  }
}
