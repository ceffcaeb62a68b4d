package io.kvapp.server.command.terminal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ProgressLineTest {
  private final StringWriter errors = new StringWriter();
  private long now = Long.MAX_VALUE - 5;

  @Test
  void at_afterTwoSeconds_tellsRateShareAndTimeLeft() {
    try (ProgressLine line = new ProgressLine(terminal(true), "import", "entries", () -> 40_000)) {
      after(1_999);
      line.at(1_000);
      assertThat(errors.toString()).isEmpty();
      after(1);
      line.at(10_000);
      assertThat(shown()).isEqualTo("import: 10,000 entries, 5,000 a second, 25 %, 6 s left");
      after(499);
      line.at(20_000);
      assertThat(shown()).isEmpty();
      after(1_501);
      line.at(30_000);
      assertThat(shown()).isEqualTo("import: 30,000 entries, 7,500 a second, 75 %, 1 s left");
    }
    assertThat(shown()).isEmpty();
    assertThat(errors.toString()).isEmpty();
  }

  @Test
  void at_unknownTotal_tellsTheRate() {
    try (ProgressLine line = new ProgressLine(terminal(true), "count", "keys")) {
      after(2_000);
      line.at(10);
      assertThat(shown()).isEqualTo("count: 10 keys, 5 a second");
      after(2_000);
      line.at(0);
      assertThat(shown()).isEqualTo("count: 0 keys, 0 a second");
    }
  }

  @Test
  void withoutATerminal_isQuiet() {
    try (ProgressLine line = new ProgressLine(terminal(false), "count", "keys")) {
      after(60_000);
      line.at(10);
      assertThat(ProgressLine.<String>during(terminal(false), "work", () -> "done"))
          .isEqualTo("done");
    }
    assertThat(errors.toString()).isEmpty();
  }

  @Test
  void during_longWork_tellsTheTime() {
    StringBuffer seen = errors.getBuffer();
    String result =
        ProgressLine.during(
            new Terminal(
                InputStream.nullInputStream(),
                new StandardOutput(OutputStream.nullOutputStream(), false),
                new PrintWriter(errors),
                null,
                Map.of(),
                false,
                false,
                true,
                this::later),
            "verify",
            () -> {
              while (seen.indexOf("verify: ") < 0) {
                Thread.onSpinWait();
              }
              return "done";
            });
    assertThat(result).isEqualTo("done");
    assertThat(errors.toString()).matches("(?s).*verify: \\d+ s.*\\r\u001b\\[K");
  }

  /** Three seconds later at each look. */
  private long later() {
    return now += TimeUnit.SECONDS.toNanos(3);
  }

  private void after(long millis) {
    now += TimeUnit.MILLISECONDS.toNanos(millis);
  }

  /** What was written since the last look, without what erases the line. */
  private String shown() {
    String written = errors.toString();
    errors.getBuffer().setLength(0);
    return written.replace("\r\u001b[K", "");
  }

  private Terminal terminal(boolean errorsAreTerminal) {
    return new Terminal(
        InputStream.nullInputStream(),
        new StandardOutput(OutputStream.nullOutputStream(), false),
        new PrintWriter(errors),
        null,
        Map.of(),
        false,
        false,
        errorsAreTerminal,
        () -> now);
  }
}
