package io.kvapp.server.http.connection;

import static org.assertj.core.api.Assertions.assertThat;

import io.kvapp.server.http.connection.Deadline.Wait;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class BodyDeadlineTest {
  private static final int PIECE = 1_000;

  private final List<Long> moments = new ArrayList<>();
  private final Watchdog clock = new Watchdog(1);
  private long now;
  private final Deadline deadline =
      new Deadline(new Socket(), clock) {
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
  private final MemoryBudget budget = new MemoryBudget(1 << 20);
  private final ConnectionInput input =
      new ConnectionInput(
          new Chunks(new byte[5 * PIECE / 2], PIECE / 2),
          new ConnectionOutput(OutputStream.nullOutputStream(), deadline, 1),
          deadline,
          new ConnectionMemory(budget, budget));

  @AfterEach
  void stop() {
    clock.close();
  }

  @Test
  void fill_afterEachPiece_hasTheWholeTimeAgain() throws IOException {
    input.await(Wait.BODY, 100, PIECE);
    while (input.fill()) {
      input.position(input.end());
    }
    assertThat(moments).containsExactly(100L, 100L, 220L, 220L, 340L, 340L);
  }

  @Test
  void read_betweenPauseAndResume_noTimePasses() throws IOException {
    byte[] target = new byte[PIECE];
    input.await(Wait.BODY, 100, PIECE);
    assertThat(input.read(target, 0, PIECE)).isEqualTo(PIECE / 2);
    input.pause();
    now += 10_000;
    input.resume();
    assertThat(input.read(target, 0, PIECE)).isEqualTo(PIECE / 2);
    assertThat(moments).containsExactly(100L, 10_100L);
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
