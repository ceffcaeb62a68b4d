package io.kvapp;

import static io.kvapp.StoreFixture.everything;
import static io.kvapp.StoreFixture.utf8;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** Callers that are interrupted before and during their calls. */
interface InterruptsContract extends StoreFixture {
  @Test
  default void everyMethod_onAnInterruptedThread_worksAndKeepsTheStatus() {
    List<Runnable> calls =
        List.of(
            () -> store().put("key", "value"),
            () -> store().put(utf8("large"), new byte[store().limits().maxValueBytes()]),
            () -> assertThat(store().get("key")).hasValue("value"),
            () -> assertThat(store().get(utf8("large"))).isPresent(),
            () -> assertThat(store().entry("key")).isPresent(),
            () -> store().putIfAbsent("absent", "value"),
            () -> store().compareAndSet("other", 0, "value"),
            () -> store().commit(new Batch().put("batch", "value").delete("other")),
            () -> assertThat(store().add("number", 2)).isEqualTo(2),
            () -> assertThat(store().touch("number", Duration.ofDays(1))).isTrue(),
            () -> store().sync(),
            () -> assertThat(store().deletePrefix("number")).isEqualTo(1),
            () -> assertThat(store().revision()).isPositive(),
            () -> assertThat(everything(store())).hasSize(4),
            () -> assertThat(store().count("")).isEqualTo(4),
            () -> assertThat(store().size()).isEqualTo(4),
            () -> assertThat(store().delete("key")).isTrue(),
            () -> assertThat(store().compareAndDelete("absent", 1)).isFalse());
    callInterrupted(calls);

    store().put("after", "value");
    assertThat(StoreFixture.keys(store(), Scan.all()))
        .containsExactly("absent", "after", "batch", "large");
  }

  @Test
  default void admin_onAnInterruptedThread_worksAndKeepsTheStatus() {
    assumeParts(Part.values());
    store().put("key", "value");
    callInterrupted(
        List.of(
            () -> store().admin().compact(),
            () -> assertThat(store().admin().verify().faults()).isEmpty(),
            () -> store().admin().stats(),
            () -> store().admin().recovery(),
            () -> store().admin().backup(scratch().resolve("backup"))));

    assertThat(store().get("key")).hasValue("value");
  }

  @Test
  default void writers_interruptedAtAnyMoment_loseNothing() {
    int writes = times(5_000);
    AtomicReference<Thread> victim = new AtomicReference<>();
    CountDownLatch started = new CountDownLatch(1);
    AtomicBoolean done = new AtomicBoolean();
    Callable<Integer> writer =
        () -> {
          victim.set(Thread.currentThread());
          started.countDown();
          try {
            for (int i = 0; i < writes; i++) {
              store().put("key " + i, "value " + i);
            }
          } finally {
            done.set(true);
          }
          return writes;
        };
    Callable<Integer> interrupter =
        () -> {
          started.await();
          while (!done.get()) {
            victim.get().interrupt();
            Thread.onSpinWait();
          }
          return 0;
        };
    Threads.together(List.of(interrupter, writer));

    assertThat(store().size()).isEqualTo(writes);
    for (int i = 0; i < writes; i++) {
      assertThat(store().get("key " + i)).hasValue("value " + i);
    }
  }

  private static void callInterrupted(List<Runnable> calls) {
    Callable<Integer> interrupted =
        () -> {
          for (Runnable call : calls) {
            Thread.currentThread().interrupt();
            call.run();
            assertThat(Thread.interrupted()).isTrue();
          }
          return calls.size();
        };
    Threads.await(Threads.start(interrupted));
  }
}
