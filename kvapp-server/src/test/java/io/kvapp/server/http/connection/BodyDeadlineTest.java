package io.kvapp.server.http.connection;

import static org.assertj.core.api.Assertions.assertThat;

import io.kvapp.server.http.connection.Deadline.Wait;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class BodyDeadlineTest {
  private static final int PIECE = 1_000;

  @Test
  void fill_afterEachPiece_hasTheWholeTimeAgain() throws IOException {
    try (Watchdog clock = new Watchdog(1)) {
      List<Long> moments = new ArrayList<>();
      Deadline deadline =
          new Deadline(new Socket(), clock) {
            private long now;

            @Override
            long after(long nanos) {
              return now + nanos;
            }

            @Override
            void begin(Wait reason, long moment) {
              moments.add(moment);
              now += 60;
            }
          };
      InputStream slow = new Chunks(new byte[5 * PIECE / 2], PIECE / 2);
      MemoryBudget budget = new MemoryBudget(1 << 20);
      ConnectionInput input =
          new ConnectionInput(
              slow,
              new ConnectionOutput(OutputStream.nullOutputStream(), deadline, 1),
              deadline,
              new ConnectionMemory(budget, budget));
      input.await(Wait.BODY, 100, PIECE);
      while (input.fill()) {
        input.position(input.end());
      }
      assertThat(moments).containsExactly(100L, 100L, 220L, 220L, 340L, 340L);
    }
  }

  /** At most so many bytes at a time. */
  private static final class Chunks extends ByteArrayInputStream {
    private final int size;

    private Chunks(byte[] content, int size) {
      super(content);
      this.size = size;
    }

    @Override
    public int read(byte[] target, int from, int length) {
      return super.read(target, from, Math.min(length, size));
    }
  }
}
