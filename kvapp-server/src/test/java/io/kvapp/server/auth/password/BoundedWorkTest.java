package io.kvapp.server.auth.password;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class BoundedWorkTest {
  private static final int AT_ONCE = 2;
  private static final int WAITING = 3;

  private final BoundedWork turns = new BoundedWork(AT_ONCE, WAITING, Duration.ofMinutes(1));
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final CountDownLatch mayEnd = new CountDownLatch(1);
  private final CountDownLatch allBegun = new CountDownLatch(AT_ONCE);
  private final AtomicInteger working = new AtomicInteger();
  private final AtomicInteger maxWorking = new AtomicInteger();

  @AfterEach
  void end() {
    mayEnd.countDown();
    threads.shutdownNow();
  }

  @Test
  void take_moreThanCanWait_areTurnedAwayAndTheOthersGetTheirTurn() throws Exception {
    CountDownLatch tried = new CountDownLatch(10);
    AtomicInteger turnedAway = new AtomicInteger();
    List<Future<Optional<Boolean>>> all = new ArrayList<>();
    CountDownLatch refused = new CountDownLatch(10 - AT_ONCE - WAITING);
    for (int index = 0; index < 10; index++) {
      all.add(
          threads.submit(
              () -> {
                tried.countDown();
                Optional<Boolean> result = turns.take(this::work);
                if (result.isEmpty()) {
                  turnedAway.incrementAndGet();
                  refused.countDown();
                }
                return result;
              }));
    }
    tried.await();
    refused.await();
    allBegun.await();
    mayEnd.countDown();
    int done = 0;
    for (Future<Optional<Boolean>> each : all) {
      done += each.get().isPresent() ? 1 : 0;
    }

    assertThat(done).isEqualTo(AT_ONCE + WAITING);
    assertThat(turnedAway).hasValue(10 - AT_ONCE - WAITING);
    assertThat(maxWorking).hasValue(AT_ONCE);
  }

  @Test
  void take_waitTooLong_isTurnedAway() throws Exception {
    BoundedWork impatient = new BoundedWork(1, 1, Duration.ofMillis(1));
    CountDownLatch begun = new CountDownLatch(1);
    Future<Optional<Boolean>> first =
        threads.submit(
            () ->
                impatient.take(
                    () -> {
                      begun.countDown();
                      return work();
                    }));
    begun.await();

    assertThat(impatient.take(() -> true)).isEmpty();
    mayEnd.countDown();
    assertThat(first.get()).contains(true);
    assertThat(impatient.take(() -> true)).contains(true);
  }

  @Test
  void take_interruptedThread_isTurnedAwayAndStaysInterrupted() {
    Thread.currentThread().interrupt();

    assertThat(turns.take(() -> true)).isEmpty();
    assertThat(Thread.interrupted()).isTrue();
  }

  @Test
  void take_work_isDoneByAThreadOfItsOwn() {
    assertThat(turns.take(Thread::currentThread)).get().isNotSameAs(Thread.currentThread());
  }

  @Test
  void take_workThatFails_givesItsTurnBack() {
    for (int round = 0; round < 10; round++) {
      assertThatThrownBy(
              () ->
                  turns.take(
                      () -> {
                        throw new IllegalStateException("failed");
                      }))
          .hasMessage("failed");
    }
    assertThat(turns.take(() -> true)).contains(true);
  }

  private boolean work() {
    maxWorking.accumulateAndGet(working.incrementAndGet(), Math::max);
    allBegun.countDown();
    try {
      mayEnd.await();
      return true;
    } catch (InterruptedException stop) {
      return false;
    } finally {
      working.decrementAndGet();
    }
  }
}
