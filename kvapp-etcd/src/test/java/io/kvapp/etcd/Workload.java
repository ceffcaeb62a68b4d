package io.kvapp.etcd;

import static org.assertj.core.api.Assertions.assertThat;

import io.kvapp.Batch;
import io.kvapp.BatchResult;
import io.kvapp.Change;
import io.kvapp.Changes;
import io.kvapp.KVException;
import io.kvapp.KVStore;
import io.kvapp.Scan;
import io.kvapp.Threads;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/**
 * Writers, a reader and a watcher of a store, which know what it has to be. Each write puts a new
 * key and counts it in the same batch, so that a write that is lost, or made twice, shows; a read
 * of the counter shows at least what was acknowledged before it began.
 *
 * <p>Used by one thread.
 */
final class Workload implements AutoCloseable {
  private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(2);
  private static final int WRITERS = 4;
  private static final int PROGRESS = 10;
  private static final long PATIENCE_NANOS = TimeUnit.MINUTES.toNanos(2);

  /**
   * What came of the writes.
   *
   * @param made those that were acknowledged
   * @param refused those of which it is known that they were not made
   * @param uncertain the calls of the others
   * @param longestGapMillis the longest time in which none was acknowledged
   */
  record Result(long made, long refused, List<Call> uncertain, long longestGapMillis) {}

  /** When a call began and ended, as {@link System#nanoTime()} says. */
  record Call(long begin, long end) {}

  /** What a writer knows of its writes. */
  private static final class Written {
    private final Map<String, Long> made = new TreeMap<>();
    private final Map<String, Call> uncertain = new HashMap<>();
    private long refused;
  }

  private final KVStore store;
  private final KVStore other;
  private final FutureTask<TreeMap<String, Long>> watcher;
  private final FutureTask<Void> reader;
  private final List<FutureTask<Written>> writers = new ArrayList<>();
  private final List<AtomicLong> madeBy = Stream.generate(AtomicLong::new).limit(WRITERS).toList();
  private final AtomicLong made = new AtomicLong();
  private final AtomicLong failed = new AtomicLong();
  private final AtomicLong lastMade = new AtomicLong(System.nanoTime());
  private final AtomicLong longestGap = new AtomicLong();
  private volatile boolean done;

  /** Begins on two stores at a URI. */
  Workload(String uri) {
    store = KVStore.open(uri);
    other = KVStore.open(uri);
    watcher = Threads.start(this::watch);
    reader = Threads.start(this::read);
    for (int i = 0; i < WRITERS; i++) {
      int writer = i;
      writers.add(Threads.start(() -> write(writer % 2 == 0 ? store : other, writer)));
    }
  }

  private Written write(KVStore its, int writer) {
    Written written = new Written();
    for (int i = 0; !done; i++) {
      String key = "key " + writer + " " + i;
      Batch batch =
          new Batch().ifAbsent(key).put(key, "value").add("count " + writer, 1).add("all", 1);
      long begin = System.nanoTime();
      try {
        BatchResult result = its.commit(batch);
        assertThat(result.applied()).as("written twice: %s", key).isTrue();
        written.made.put(key, result.revision());
        noteMade(writer);
      } catch (KVException.Uncertain lost) {
        written.uncertain.put(key, new Call(begin, System.nanoTime()));
        failed.incrementAndGet();
      } catch (KVException.Unavailable | KVException.NoSpace nothingDone) {
        written.refused++;
        failed.incrementAndGet();
      }
    }
    return written;
  }

  private void noteMade(int writer) {
    long now = System.nanoTime();
    long gap = now - lastMade.getAndSet(now);
    longestGap.accumulateAndGet(gap, Math::max);
    made.incrementAndGet();
    madeBy.get(writer).incrementAndGet();
  }

  private Void read() {
    while (!done) {
      long before = made.get();
      try {
        assertThat(number(other, "all")).as("a read behind a write").isGreaterThanOrEqualTo(before);
      } catch (KVException.Unavailable nothingRead) {
        // The next one reads.
      }
    }
    return null;
  }

  /** The entries as the changes tell them, until there is a key "end". */
  private TreeMap<String, Long> watch() {
    TreeMap<String, Long> copy = new TreeMap<>();
    try (Changes changes = other.changes(Changes.all().withState())) {
      while (!copy.containsKey("end")) {
        for (Change change : changes.next(Duration.ofSeconds(10))) {
          switch (change.kind()) {
            case RESET -> copy.clear();
            case PUT -> copy.put(change.keyString(), change.revision());
            case DELETE, EXPIRE -> copy.remove(change.keyString());
            case SYNCED -> {}
          }
        }
      }
    }
    return copy;
  }

  private static long number(KVStore store, String key) {
    return store.get(key).map(Long::parseLong).orElse(0L);
  }

  /** Waits until each writer has made some more writes. */
  void awaitProgress() {
    List<Long> before = madeBy.stream().map(AtomicLong::get).toList();
    for (int i = 0; i < WRITERS; i++) {
      await(madeBy.get(i), before.get(i) + PROGRESS);
    }
  }

  /** Waits until so many writes have failed since the beginning. */
  void awaitFailures(long count) {
    await(failed, count);
  }

  long failures() {
    return failed.get();
  }

  /** Waits so long, whatever comes of the writes. */
  void awaitTime(long nanos) {
    long end = System.nanoTime() + nanos;
    while (System.nanoTime() < end) {
      requireNoneWrong();
      LockSupport.parkNanos(POLL_NANOS);
    }
  }

  private void requireNoneWrong() {
    writers.stream().filter(FutureTask::isDone).forEach(Threads::await);
    if (reader.isDone()) {
      Threads.await(reader);
    }
  }

  private void await(AtomicLong count, long goal) {
    long end = System.nanoTime() + PATIENCE_NANOS;
    while (count.get() < goal) {
      requireNoneWrong();
      if (System.nanoTime() > end) {
        throw new AssertionError("no progress: " + count.get() + " of " + goal);
      }
      LockSupport.parkNanos(POLL_NANOS);
    }
  }

  /** Ends the writers and compares the store and the copy of the watcher with what they know. */
  Result end() {
    done = true;
    Threads.await(reader);
    long refused = 0;
    List<Call> uncertain = new ArrayList<>();
    long all = 0;
    for (int i = 0; i < WRITERS; i++) {
      Written written = Threads.await(writers.get(i));
      TreeMap<String, Long> kept = export(Scan.prefix("key " + i + " "));
      assertThat(number(store, "count " + i)).isEqualTo(kept.size());
      all += kept.size();
      refused += written.refused;
      uncertain.addAll(written.uncertain.values());
      kept.keySet().removeAll(written.uncertain.keySet());
      assertThat(kept).isEqualTo(written.made);
    }
    assertThat(number(store, "all")).isEqualTo(all);
    long last = store.put("end", "0");
    assertThat(Threads.await(watcher)).isEqualTo(export(Scan.all())).containsEntry("end", last);
    return new Result(
        made.get(), refused, uncertain, TimeUnit.NANOSECONDS.toMillis(longestGap.get()));
  }

  private TreeMap<String, Long> export(Scan scan) {
    TreeMap<String, Long> entries = new TreeMap<>();
    store.entries(scan).forEach(entry -> entries.put(entry.keyString(), entry.revision()));
    return entries;
  }

  @Override
  public void close() {
    done = true;
    store.close();
    other.close();
  }
}
