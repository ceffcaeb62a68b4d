package io.kvapp.server.v1;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The examples in the documentation do with a real curl what their comments say. */
final class HttpDocTest {
  private static final Path DOC = Path.of("..", "docs", "http.md");
  private static final Pattern EXAMPLE = Pattern.compile("(curl .*?) +# (\\d{3})(?: (.*))?");

  /** Shows the status behind the body. */
  private static final String CURL =
      "curl() { command curl -sS -m 20 -w '\\n%{http_code}' \"$@\"; }; ";

  @TempDir private Path folder;

  @Test
  void examples_runByCurl_answerAsTheirCommentsSay() throws Exception {
    List<String> lines =
        Files.readAllLines(DOC).stream().filter(line -> line.startsWith("curl ")).toList();
    assertThat(lines).hasSizeGreaterThan(35);
    try (V1Client client = new V1Client()) {
      String set = "K=http://localhost:" + client.port() + "/v1; ";
      for (String line : lines) {
        var example = EXAMPLE.matcher(line);
        assertThat(example.matches()).as(line).isTrue();
        String output = run(CURL + set + example.group(1));
        int end = output.lastIndexOf('\n');
        assertThat(output.substring(end + 1))
            .as("%s%n%s", line, output)
            .isEqualTo(example.group(2));
        String body = example.group(3) == null ? "" : example.group(3);
        assertThat(output.substring(0, end)).as(line).matches(pattern(body));
      }
    }
  }

  /** Two dots stand for any text. */
  private static Pattern pattern(String body) {
    return Pattern.compile("\\Q" + body.replace("..", "\\E.*\\Q") + "\\E\\n?", Pattern.DOTALL);
  }

  private String run(String command) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder("bash", "-c", command)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .start();
    process.getOutputStream().close();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(20, TimeUnit.SECONDS)).as(command).isTrue();
    return output;
  }
}
