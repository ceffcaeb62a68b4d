package io.kvapp.server.http.connection;

import static org.assertj.core.api.Assertions.assertThat;

import fi.iki.elonen.NanoHTTPD;
import java.net.Socket;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What has to go on whatever fails: the loop that accepts, and the watch over deadlines. */
@Timeout(60)
final class FailingThreadsTest {
  private static final NanoHTTPD LIBRARY = new NanoHTTPD(0) {};

  /** A connection that can neither be served nor refused. */
  private static final class Hopeless extends NanoHTTPD.ClientHandler
      implements ConnectionThreads.Refusable {
    private final AtomicInteger dropped;

    private Hopeless(AtomicInteger dropped) {
      LIBRARY.super(null, new Socket());
      this.dropped = dropped;
    }

    @Override
    public void run() {
      throw new AssertionError("must not be served");
    }

    @Override
    public void serveProbe() {
      throw new AssertionError("must not be served");
    }

    @Override
    public void refuse() {
      throw new OutOfMemoryError("asked for");
    }

    @Override
    public void drop() {
      dropped.incrementAndGet();
    }
  }

  @Test
  void exec_connectionThatCannotEvenBeRefused_isDroppedAndNothingThrown() {
    ConnectionThreads threads =
        new ConnectionThreads(1, 0, () -> 0, ThreadSource.ofJvm(), () -> false);
    threads.stop();
    AtomicInteger dropped = new AtomicInteger();
    threads.exec(new Hopeless(dropped));
    threads.exec(null);
    assertThat(dropped).hasValue(1);
  }

  @Test
  void check_thatFails_leavesAllOthersWatched() throws InterruptedException {
    CountDownLatch checked = new CountDownLatch(20);
    try (Watchdog watchdog = new Watchdog(1)) {
      for (int count = 0; count < 5; count++) {
        watchdog.watch(
            new Deadline(new Socket(), watchdog) {
              @Override
              void check(long now) {
                throw new OutOfMemoryError("asked for");
              }
            });
        watchdog.watch(
            new Deadline(new Socket(), watchdog) {
              @Override
              void check(long now) {
                checked.countDown();
              }
            });
      }
      watchdog.start();
      assertThat(checked.await(30, TimeUnit.SECONDS)).isTrue();
      assertThat(watchdog.failed()).hasMessage("asked for");
    }
  }
}
