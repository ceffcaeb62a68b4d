package io.kvapp.engine.hashtable;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.kvapp.engine.TestThreads;
import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

final class ChronicleThreadsTest {
  @Test
  void mine_sameThread_sameState() {
    try (ChronicleThreads<Object> threads = new ChronicleThreads<>("test", 1, 1, Object::new)) {
      assertThat(threads.mine()).isNotNull().isSameAs(threads.mine());
    }
  }

  @Test
  void mine_overflow_nullUntilAPlaceIsFree() throws Exception {
    try (ChronicleThreads<Object> threads = new ChronicleThreads<>("test", 1, 1, Object::new)) {
      CountDownLatch in = new CountDownLatch(1);
      CountDownLatch out = new CountDownLatch(1);
      Thread first =
          new Thread(
              () -> {
                threads.mine();
                in.countDown();
                try {
                  out.await();
                } catch (InterruptedException e) {
                  throw new IllegalStateException(e);
                }
              });
      first.start();
      in.await();
      assertThat(threads.mine()).isNull();
      out.countDown();
      first.join();
      assertThat(threads.mine()).isNotNull();
      assertThat(threads.holders()).isEqualTo(1);
    }
  }

  @Test
  void mine_virtualThread_null() throws Exception {
    try (ChronicleThreads<Object> threads = new ChronicleThreads<>("test", 9, 1, Object::new)) {
      AtomicReference<Object> state = new AtomicReference<>("unset");
      Thread thread = TestThreads.virtualWherePossible(() -> state.set(threads.mine()));
      assumeThat(thread.isDaemon()).as("virtual threads, which JDK 21 brings").isTrue();
      thread.start();
      thread.join();
      assertThat(state.get()).isNull();
      assertThat(threads.holders()).isZero();
    }
  }

  @Test
  void call_interrupted_completesAndStaysInterrupted() {
    try (ChronicleThreads<Object> threads = new ChronicleThreads<>("test", 1, 1, Object::new)) {
      Thread.currentThread().interrupt();
      boolean reached = threads.call(state -> Thread.currentThread().isInterrupted());
      assertThat(reached).isFalse();
      assertThat(Thread.interrupted()).isTrue();
    }
  }

  @Test
  void call_failure_comesThroughAsItIs() {
    try (ChronicleThreads<Object> threads = new ChronicleThreads<>("test", 1, 1, Object::new)) {
      IOException failure = new IOException("no");
      assertThatThrownBy(
              () ->
                  threads.call(
                      state -> {
                        throw failure;
                      }))
          .isSameAs(failure);
    }
  }
}
