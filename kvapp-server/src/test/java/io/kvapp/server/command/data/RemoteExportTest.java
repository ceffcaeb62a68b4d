package io.kvapp.server.command.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kvapp.KVException;
import io.kvapp.server.command.terminal.StandardOutput;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class RemoteExportTest {
  private static final String ENTRY = "{\"key\":\"a\",\"value\":\"1\",\"size\":1,\"revision\":1}\n";
  private static final String END = "{\"end\":true,\"entries\":1,\"revision\":1}\n";

  private final ByteArrayOutputStream passed = new ByteArrayOutputStream();
  private final AtomicLong lines = new AtomicLong();

  @Test
  void copy_wholeExport_passesItOn() {
    copy(ENTRY + END, Integer.MAX_VALUE);
    assertThat(passed).hasToString(ENTRY + END);
    assertThat(lines).hasValue(2);
    copy(END, 1);
    assertThat(lines).hasValue(1);
  }

  @Test
  void copy_cutAnywhere_isNotWhole() {
    String whole = ENTRY + END;
    for (int length = 0; length < whole.length(); length++) {
      String cut = whole.substring(0, length);
      assertThatThrownBy(() -> copy(cut, 7))
          .as(cut)
          .isInstanceOf(KVException.class)
          .hasMessageContaining("not whole");
    }
  }

  /** Copies text that comes in pieces of this length. */
  private void copy(String text, int piece) {
    InputStream input =
        new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)) {
          @Override
          public synchronized int read(byte[] target, int from, int length) {
            return super.read(target, from, Math.min(length, piece));
          }

          @Override
          public int read(byte[] target) {
            return read(target, 0, target.length);
          }
        };
    StandardOutput output = new StandardOutput(passed, false);
    new RemoteExport().copy(input, output, lines::set);
    output.flush();
  }
}
