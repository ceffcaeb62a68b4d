package io.kvapp.engine.journal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class GroupCommitTest {
  private static final int THREADS = 16;
  private static final int WRITES = 500;

  private final AtomicLong appended = new AtomicLong();
  private final AtomicInteger syncs = new AtomicInteger();
  private volatile long synced;
  private volatile boolean failed;

  @Test
  void await_ofManyThreads_returnsOnceCovered() throws Exception {
    GroupCommit commits = new GroupCommit(sync(() -> {}));
    AtomicInteger early = new AtomicInteger();
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < THREADS; i++) {
      threads.add(
          new Thread(
              () -> {
                for (int write = 0; write < WRITES; write++) {
                  long target = appended.incrementAndGet();
                  commits.await(target);
                  if (synced < target) {
                    early.incrementAndGet();
                  }
                }
              }));
    }
    threads.forEach(Thread::start);
    for (Thread thread : threads) {
      thread.join();
    }

    assertThat(early).hasValue(0);
    assertThat(syncs.get()).isBetween(1, THREADS * WRITES);
  }

  @Test
  void await_whileASyncRuns_isCoveredByTheNextOneAndKeepsItsInterrupt() throws Exception {
    CountDownLatch running = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    GroupCommit commits =
        new GroupCommit(
            sync(
                () -> {
                  running.countDown();
                  await(goOn);
                }));
    appended.set(1);
    Thread first = new Thread(() -> commits.await(1));
    first.start();
    running.await();
    AtomicBoolean interrupted = new AtomicBoolean();
    appended.set(2);
    Thread second =
        new Thread(
            () -> {
              commits.await(2);
              interrupted.set(Thread.currentThread().isInterrupted());
            });
    second.start();
    second.interrupt();
    while (second.getState() != Thread.State.WAITING) {
      Thread.onSpinWait();
    }
    goOn.countDown();
    first.join();
    second.join();

    assertThat(interrupted).isTrue();
    assertThat(syncs).hasValue(2);
  }

  @Test
  void await_whenASyncFails_returnsToAll() throws Exception {
    GroupCommit commits = new GroupCommit(sync(() -> failed = true));
    appended.set(THREADS);
    List<Thread> threads = new ArrayList<>();
    for (int i = 1; i <= THREADS; i++) {
      long target = 1_000 * i;
      threads.add(new Thread(() -> commits.await(target)));
    }
    threads.forEach(Thread::start);
    for (Thread thread : threads) {
      thread.join();
    }

    assertThat(syncs).hasValue(1);
  }

  @Test
  void alone_runsWithNoSyncUnderWay() throws Exception {
    AtomicBoolean inSync = new AtomicBoolean();
    AtomicBoolean met = new AtomicBoolean();
    GroupCommit commits =
        new GroupCommit(
            sync(
                () -> {
                  inSync.set(true);
                  Thread.yield();
                  inSync.set(false);
                }));
    Thread writer =
        new Thread(
            () -> {
              for (int write = 0; write < WRITES; write++) {
                commits.await(appended.incrementAndGet());
              }
            });
    writer.start();
    for (int i = 0; i < WRITES; i++) {
      commits.alone(() -> met.compareAndSet(false, inSync.get()));
    }
    writer.join();

    assertThat(met).isFalse();
    assertThat(synced).isEqualTo(WRITES);
  }

  private GroupCommit.Sync sync(Runnable meanwhile) {
    return new GroupCommit.Sync() {
      @Override
      public long run() {
        long target = appended.get();
        syncs.incrementAndGet();
        meanwhile.run();
        synced = target;
        return target;
      }

      @Override
      public boolean hasFailed() {
        return failed;
      }
    };
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException unexpected) {
      throw new IllegalStateException(unexpected);
    }
  }
}
