package io.kvapp;

import static io.kvapp.StoreFixture.utf8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** Many threads at once. */
interface ThreadsContract extends StoreFixture {
  @Test
  default void compareAndSet_underThreads_losesNoIncrement() {
    store().put("counter", "0");
    int increments = times(500);
    Callable<Integer> work =
        () -> {
          int tries = 0;
          for (int done = 0; done < increments; tries++) {
            Entry entry = store().entry("counter").orElseThrow();
            String next = Integer.toString(Integer.parseInt(entry.valueString()) + 1);
            done += store().compareAndSet("counter", entry.revision(), next).isPresent() ? 1 : 0;
          }
          return tries;
        };
    Threads.together(Collections.nCopies(4, work));

    assertThat(store().get("counter")).hasValue(Integer.toString(4 * increments));
  }

  @Test
  default void update_underThreads_losesNothing() {
    int each = times(500);
    Callable<Integer> increments =
        () -> {
          for (int i = 0; i < each; i++) {
            store()
                .update(
                    "counter", now -> Optional.of(now.map(Integer::parseInt).orElse(0) + 1 + ""));
          }
          return each;
        };
    Threads.together(Collections.nCopies(4, increments));

    assertThat(store().get("counter")).hasValue(Integer.toString(4 * each));
  }

  @Test
  default void putIfAbsent_underThreads_hasOneWinner() {
    List<Callable<Integer>> work = new ArrayList<>();
    for (int thread = 0; thread < 4; thread++) {
      String name = "thread " + thread;
      work.add(
          () -> {
            int won = 0;
            for (int i = 0; i < 300; i++) {
              won += store().putIfAbsent("key " + i, name).isPresent() ? 1 : 0;
            }
            return won;
          });
    }

    assertThat(Threads.together(work).stream().mapToInt(won -> won).sum()).isEqualTo(300);
    assertThat(store().size()).isEqualTo(300);
  }

  @Test
  default void compareAndDelete_underThreads_hasOneWinner() {
    List<Long> revisions = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      revisions.add(store().put("key " + i, "value"));
    }
    Callable<Integer> deletes =
        () -> {
          int won = 0;
          for (int i = 0; i < 300; i++) {
            won += store().compareAndDelete("key " + i, revisions.get(i)) ? 1 : 0;
          }
          return won;
        };

    assertThat(Threads.together(Collections.nCopies(4, deletes)).stream().mapToInt(n -> n).sum())
        .isEqualTo(300);
    assertThat(store().size()).isZero();
  }

  @Test
  default void revisions_underThreads_areUniqueAndGrowForEach() {
    List<Callable<List<Long>>> work = new ArrayList<>();
    for (int thread = 0; thread < 4; thread++) {
      String key = "key " + thread;
      work.add(
          () -> {
            List<Long> revisions = new ArrayList<>();
            for (int i = 0; i < 500; i++) {
              revisions.add(store().put(key, "value " + i));
            }
            return revisions;
          });
    }
    Set<Long> all = new HashSet<>();
    for (List<Long> revisions : Threads.together(work)) {
      assertThat(revisions).isSorted();
      all.addAll(revisions);
    }

    assertThat(all).hasSize(2_000);
  }

  @Test
  default void batch_isSeenWholeByScans() {
    List<String> keys = List.of("a", "b", "y", "z");
    AtomicBoolean done = new AtomicBoolean();
    commitRound(keys, 0);
    Callable<Integer> scanner =
        () -> {
          int pages = 0;
          while (!done.get() || pages == 0) {
            Scan scan = pages % 2 == 0 ? Scan.all() : Scan.all().reversed();
            List<Entry> entries = store().scan(scan).entries();
            assertThat(entries).hasSize(keys.size());
            assertThat(entries.stream().map(Entry::valueString).distinct()).hasSize(1);
            assertThat(entries.stream().map(Entry::revision).distinct()).hasSize(1);
            pages++;
          }
          return pages;
        };
    Callable<Integer> writer =
        () -> {
          try {
            for (int round = 1; round <= 1_000; round++) {
              commitRound(keys, round);
            }
          } finally {
            done.set(true);
          }
          return 1_000;
        };

    assertThat(Threads.together(List.of(writer, scanner, scanner))).allMatch(count -> count > 0);
  }

  @Test
  default void batch_isSeenWholeByGets() {
    AtomicBoolean done = new AtomicBoolean();
    commitRound(List.of("first", "second"), 0);
    Callable<Integer> reader =
        () -> {
          int reads = 0;
          while (!done.get() || reads == 0) {
            boolean forward = reads % 2 == 0;
            int earlier = Integer.parseInt(store().get(forward ? "first" : "second").orElseThrow());
            int later = Integer.parseInt(store().get(forward ? "second" : "first").orElseThrow());
            assertThat(later).isGreaterThanOrEqualTo(earlier);
            reads++;
          }
          return reads;
        };
    Callable<Integer> writer =
        () -> {
          try {
            for (int round = 1; round <= 1_000; round++) {
              commitRound(List.of("first", "second"), round);
            }
          } finally {
            done.set(true);
          }
          return 1_000;
        };

    assertThat(Threads.together(List.of(writer, reader, reader))).allMatch(count -> count > 0);
  }

  @Test
  default void batches_withConditions_moveEachValueOnce() {
    for (int i = 0; i < 200; i++) {
      store().put("from " + i, "value");
    }
    Callable<Integer> mover =
        () -> {
          int moved = 0;
          for (int i = 0; i < 200; i++) {
            long revision = store().entry("from " + i).map(Entry::revision).orElse(-1L);
            if (revision > 0) {
              Batch move =
                  new Batch()
                      .ifRevision(utf8("from " + i), revision)
                      .delete("from " + i)
                      .put("to " + i, "value");
              moved += store().commit(move).applied() ? 1 : 0;
            }
          }
          return moved;
        };

    assertThat(Threads.together(Collections.nCopies(4, mover)).stream().mapToInt(n -> n).sum())
        .isEqualTo(200);
    assertThat(store().count("to ")).isEqualTo(200);
    assertThat(store().size()).isEqualTo(200);
  }

  @Test
  default void pages_underWriters_neitherRepeatNorSkipWhatStandsStill() {
    List<String> still = new ArrayList<>();
    for (int i = 0; i < 500; i++) {
      still.add(String.format("key %03d still", i));
      store().put(still.get(i), "value");
    }
    AtomicBoolean done = new AtomicBoolean();
    Callable<Integer> writer =
        () -> {
          int round = 0;
          for (; !done.get(); round++) {
            String key = String.format("key %03d moving", round % 500);
            if (!store().delete(key)) {
              store().put(key, "value");
            }
          }
          return round;
        };
    Callable<Integer> reader =
        () -> {
          try {
            for (int round = 0; round < 20; round++) {
              List<String> seen = new ArrayList<>();
              Page page = store().scan(Scan.prefix("key").limit(10));
              seen.addAll(StoreFixture.keys(page));
              while (page.more()) {
                byte[] last = page.entries().get(page.entries().size() - 1).key();
                page = store().scan(Scan.prefix("key").limit(10).after(last));
                seen.addAll(StoreFixture.keys(page));
              }
              assertThat(seen).isSorted().doesNotHaveDuplicates().containsAll(still);
            }
          } finally {
            done.set(true);
          }
          return 20;
        };

    assertThat(Threads.together(List.of(writer, reader))).hasSize(2);
  }

  @Test
  default void virtualThreads_readAndWrite() {
    Function<Runnable, Thread> factory = virtualThreads();
    assumeTrue(factory != null, "this JDK has no virtual threads");
    List<Callable<Integer>> work = new ArrayList<>();
    for (int thread = 0; thread < 500; thread++) {
      String key = "key " + thread;
      work.add(
          () -> {
            for (int i = 0; i < 10; i++) {
              store().put(key, Integer.toString(i));
              assertThat(store().get(key)).hasValue(Integer.toString(i));
            }
            return 10;
          });
    }
    Threads.together(work, factory);

    assertThat(store().size()).isEqualTo(500);
    assertThat(store().get("key 499")).hasValue("9");
  }

  @Test
  default void close_letsCallsInFlightFinish() throws InterruptedException {
    CountDownLatch running = new CountDownLatch(3);
    Callable<Integer> caller =
        () -> {
          try {
            for (int i = 0; ; i++) {
              store().put("key " + i % 100, "value " + i);
              store().get("key " + i % 100).orElseThrow();
              store().scan(Scan.all().limit(10));
              if (i == 10) {
                running.countDown();
              }
            }
          } catch (KVException.WrongState closed) {
            return 1;
          }
        };
    List<FutureTask<Integer>> callers = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      callers.add(Threads.start(caller));
    }
    running.await();
    store().close();

    assertThat(callers.stream().map(Threads::await)).containsExactly(1, 1, 1);
  }

  private void commitRound(List<String> keys, int round) {
    Batch batch = new Batch();
    keys.forEach(key -> batch.put(key, Integer.toString(round)));
    store().commit(batch);
  }

  /** A factory of virtual threads; null on a JDK before 21, for which this code compiles too. */
  private static Function<Runnable, Thread> virtualThreads() {
    try {
      Object builder = Thread.class.getMethod("ofVirtual").invoke(null);
      Class<?> type = Class.forName("java.lang.Thread$Builder");
      return task -> {
        try {
          return (Thread) type.getMethod("unstarted", Runnable.class).invoke(builder, task);
        } catch (ReflectiveOperationException failure) {
          throw new AssertionError(failure);
        }
      };
    } catch (ReflectiveOperationException beforeJdk21) {
      return null;
    }
  }
}
