package io.kvapp.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kvapp.KVException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class WriteGateTest {
  private final Signal progress = new Signal();
  private final AtomicInteger requests = new AtomicInteger();
  private final CountDownLatch requested = new CountDownLatch(1);
  private volatile boolean tooLong;
  private volatile KVException obstacle;
  private final WriteGate gate =
      new WriteGate(progress, new WriteGate.Backlog(() -> tooLong, this::request, () -> obstacle));

  private void request() {
    requests.incrementAndGet();
    requested.countDown();
  }

  @Test
  void awaitRoom_beforeACheck_doesNotAsk() {
    tooLong = true;

    gate.awaitRoom();

    assertThat(requests).hasValue(0);
  }

  @Test
  void awaitRoom_whileABacklogIsTooLong_requestsTheWorkAndWaitsForIt() throws Exception {
    tooLong = true;
    gate.check();
    Thread writer = startWriter();
    requested.await();

    tooLong = false;
    progress.raise();

    writer.join();
    gate.awaitRoom();
    assertThat(requests).hasPositiveValue();
  }

  @Test
  void awaitRoom_withAnObstacle_tellsIt() {
    tooLong = true;
    obstacle = new KVException.WrongState("no space");
    gate.check();

    assertThatThrownBy(gate::awaitRoom).isSameAs(obstacle);
    assertThatThrownBy(gate::awaitRoom).isSameAs(obstacle);
  }

  @Test
  void end_letsWritersThrough() throws Exception {
    tooLong = true;
    gate.check();
    Thread writer = startWriter();
    requested.await();

    gate.end();

    writer.join();
    gate.awaitRoom();
  }

  private Thread startWriter() {
    Thread writer = new Thread(gate::awaitRoom);
    writer.setDaemon(true);
    writer.start();
    return writer;
  }
}
