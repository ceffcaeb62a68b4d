package io.kvapp.server.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The unit of systemd in docs/deploy. */
class ServiceUnitTest {
  private static final Path ANALYZE = Path.of("/usr/bin/systemd-analyze");

  @TempDir private Path folder;

  @Test
  void unit_isWhatSystemdTakes() throws Exception {
    assumeThat(ANALYZE).isExecutable();
    Path program = Path.of("/bin/true").toRealPath();
    String text = Files.readString(Path.of("..", "docs", "deploy", "kvapp.service"));
    Path unit = folder.resolve("kvapp.service");
    Files.writeString(unit, text.replace("/opt/kvapp/bin/kvapp", program.toString()));

    Process verify =
        new ProcessBuilder(ANALYZE.toString(), "verify", unit.toString())
            .redirectErrorStream(true)
            .start();
    String said = new String(verify.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

    assertThat(verify.waitFor()).as(said).isZero();
    assertThat(said).doesNotContain("kvapp.service");
  }
}
