package io.kvapp.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.kvapp.Batch;
import io.kvapp.Change;
import io.kvapp.Change.Kind;
import io.kvapp.Changes;
import io.kvapp.Entry;
import io.kvapp.KVException;
import io.kvapp.KVStore;
import io.kvapp.Scan;
import io.kvapp.Snapshot;
import io.kvapp.TestClock;
import io.kvapp.engine.model.Limits;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * A seeded run of writers and of readers of changes on one store, that is compacted and reopened
 * meanwhile. At many moments what a reader has made of the changes is held against a snapshot of
 * the same revision.
 *
 * <p>Used by one thread, which has others work for it.
 */
final class ChangesRun {
  private static final int WRITERS = 3;
  private static final int KEYS = 150;
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  /** The store at a revision. */
  private record Cut(long revision, long now, TreeMap<byte[], Entry> entries) {}

  private final Supplier<KVStore> opening;
  private final TestClock clock;
  private final Random random;
  private final boolean restarts;
  private final List<Throwable> failures = new CopyOnWriteArrayList<>();
  private final List<Reader> readers = new ArrayList<>();
  private final List<Thread> threads = new ArrayList<>();
  private final Queue<Long> written = new ConcurrentLinkedQueue<>();
  private volatile KVStore store;
  private volatile boolean enough;
  private volatile boolean done;
  private int cuts;

  /**
   * A run.
   *
   * @param opening opens the store, again after each close
   * @param restarts whether the store outlives a close
   */
  ChangesRun(Supplier<KVStore> opening, TestClock clock, boolean restarts, long seed) {
    this.opening = opening;
    this.clock = clock;
    this.restarts = restarts;
    this.random = new Random(seed);
  }

  /** Runs until so many snapshots were taken, and as many compared by readers. */
  void run(int wantedCuts) throws InterruptedException {
    store = opening.get();
    long first = store.revision();
    Reader whole = start(Changes.all().after(first));
    for (int i = 0; i < WRITERS; i++) {
      long seed = random.nextLong();
      start("writer", () -> write(new Random(seed)));
    }
    for (int i = 0; (i < wantedCuts || compared() < wantedCuts) && failures.isEmpty(); i++) {
      step();
      cut();
    }
    // Readers end once they have read what was written, so writers end first.
    enough = true;
    join("writer");
    done = true;
    join("");
    if (!failures.isEmpty()) {
      throw new AssertionError(failures.get(0));
    }
    assertThat(whole.resets).isZero();
    assertThat(new HashSet<>(whole.told).containsAll(written)).isTrue();
    assertThat(whole.told.get(whole.told.size() - 1) - first).isEqualTo(whole.told.size());
    assertThat(compared()).isGreaterThanOrEqualTo(wantedCuts);
    store.close();
  }

  /** How often a reader was compared with a snapshot; it may be ahead of one, and leaves it out. */
  private int compared() {
    return readers.stream().mapToInt(reader -> reader.compared).sum();
  }

  private void join(String name) throws InterruptedException {
    for (Thread thread : threads) {
      if (thread.getName().startsWith(name)) {
        thread.join(PATIENCE.toMillis());
        assertThat(thread.isAlive()).as(thread.getName()).isFalse();
      }
    }
  }

  private void start(String name, Runnable work) {
    Thread thread =
        new Thread(
            () -> {
              try {
                work.run();
              } catch (Throwable failure) {
                failures.add(failure);
              }
            },
            name);
    threads.add(thread);
    thread.start();
  }

  private Reader start(Changes.From from) {
    Reader reader = new Reader(from);
    readers.add(reader);
    start("reader " + readers.size(), reader);
    return reader;
  }

  /** What happens between two cuts. */
  private void step() {
    switch (random.nextInt(restarts ? 8 : 6)) {
      case 0, 1 -> clock.advanceMillis(random.nextInt(50));
      case 2 -> store.admin().compact();
      case 3 -> start(Changes.all().withState());
      case 4 -> start(Changes.of("key 1").prefix("key 2").key("key 77").withState());
      case 6 -> reopen();
      default -> pause();
    }
  }

  private void pause() {
    try {
      TimeUnit.MILLISECONDS.sleep(random.nextInt(10));
    } catch (InterruptedException end) {
      throw new AssertionError(end);
    }
  }

  private void reopen() {
    store.close();
    store = opening.get();
  }

  private void cut() {
    long now = clock.millis();
    try (Snapshot snapshot = store.snapshot()) {
      TreeMap<byte[], Entry> entries = new TreeMap<>(Arrays::compareUnsigned);
      snapshot.entries(Scan.all().limit(40)).forEach(entry -> entries.put(entry.key(), entry));
      Cut cut = new Cut(snapshot.revision(), now, entries);
      cuts++;
      readers.forEach(reader -> reader.cuts.add(cut));
    }
  }

  private void write(Random own) {
    while (!enough) {
      try {
        writeOnce(own);
      } catch (KVException.WrongState reopening) {
        Thread.yield();
      }
    }
  }

  private void writeOnce(Random own) {
    KVStore now = store;
    String key = "key " + own.nextInt(KEYS);
    String value = "value " + own.nextInt();
    int dice = own.nextInt(10);
    if (dice < 4) {
      written.add(now.put(key, dice == 0 ? value.repeat(200) : value));
    } else if (dice < 6) {
      written.add(now.put(key, value, Duration.ofMillis(1 + own.nextInt(200))));
    } else if (dice < 8) {
      now.delete(key);
    } else {
      String other = "key " + own.nextInt(KEYS);
      written.add(now.commit(new Batch().put(key, value).put(other, value)).revision());
    }
    if (dice == 9) {
      Thread.yield();
    }
  }

  /** Follows the changes, through restarts, without the state but for the first time. */
  private final class Reader implements Runnable {
    private final Changes.From from;
    private final ConcurrentLinkedQueue<Cut> cuts = new ConcurrentLinkedQueue<>();
    private final TreeMap<byte[], Change> copy = new TreeMap<>(Arrays::compareUnsigned);
    private final List<Long> told = new ArrayList<>();
    private boolean live;

    /** When the state was read: what had expired by then is not in it. */
    private long stateRead;

    private long resume;

    /** The copy is as of this revision, and up to the next one that is told. */
    private long base;

    private int resets;
    private volatile int compared;

    Reader(Changes.From from) {
      this.from = from;
      this.live = !from.hasState();
      this.resume = from.after().orElse(0);
      this.base = resume;
    }

    @Override
    public void run() {
      Changes.From next = from;
      while (true) {
        try (Changes changes = store.changes(next)) {
          if (follow(changes)) {
            return;
          }
        } catch (KVException.WrongState reopening) {
          Thread.yield();
        }
        next = resume == 0 ? from : from.after(resume);
      }
    }

    /** Reads until all has been read, or the store is closed. */
    private boolean follow(Changes changes) {
      while (true) {
        boolean last = done;
        long upTo = store.revision();
        List<Change> next = changes.next(Duration.ofMillis(20));
        long revision = next.isEmpty() ? changes.revision() : next.get(0).revision();
        if (live) {
          // Nothing at or below the cut is to come any more.
          compareBelow(next.isEmpty() ? revision + 1 : revision);
        }
        if (!next.isEmpty()) {
          // First, as the store may be closed meanwhile.
          next.forEach(this::requireVisible);
          take(next, changes.revision());
        }
        resume = changes.revision();
        if (last && live && resume >= upTo) {
          compareBelow(resume + 1);
          return true;
        }
      }
    }

    private void take(List<Change> changes, long place) {
      Kind kind = changes.get(0).kind();
      if (kind == Kind.RESET) {
        copy.clear();
        live = false;
        resets++;
      } else if (kind == Kind.SYNCED) {
        live = true;
        base = place;
        stateRead = clock.millis();
      } else if (live) {
        long revision = changes.get(0).revision();
        assertThat(changes).allMatch(change -> change.revision() == revision);
        assertThat(revision).isGreaterThan(base);
        base = revision;
        assertThat(place).isEqualTo(revision);
        told.add(revision);
      }
      for (Change change : changes) {
        apply(change);
      }
    }

    private void apply(Change change) {
      switch (change.kind()) {
        case PUT -> copy.put(change.key(), change);
        case DELETE, EXPIRE -> copy.remove(change.key());
        default -> {}
      }
    }

    private void requireVisible(Change change) {
      if (change.key().length == 0) {
        return;
      }
      assertThat(from.includes(change.key())).isTrue();
      Entry entry = store.entry(change.key()).orElse(null);
      if (entry != null) {
        assertThat(entry.revision()).isGreaterThanOrEqualTo(change.revision());
      }
    }

    private void compareBelow(long revision) {
      while (!cuts.isEmpty() && cuts.peek().revision < revision) {
        Cut cut = cuts.remove();
        // One that is older than the state is none of this reader's.
        if (cut.revision >= base) {
          compare(cut);
        }
      }
    }

    private void compare(Cut cut) {
      long now = Math.max(cut.now, stateRead);
      TreeMap<byte[], Entry> expected = new TreeMap<>(Arrays::compareUnsigned);
      cut.entries.forEach(
          (key, entry) -> {
            if (from.includes(key) && !Limits.isExpired(entry.expiresAtMillis(), now)) {
              expected.put(key, entry);
            }
          });
      TreeMap<byte[], Entry> found = new TreeMap<>(Arrays::compareUnsigned);
      copy.forEach(
          (key, change) -> {
            if (!Limits.isExpired(change.expiresAtMillis(), now)) {
              found.put(
                  key, new Entry(key, change.value(), change.revision(), change.expiresAtMillis()));
            }
          });
      assertThat(List.copyOf(found.values()))
          .as("at revision " + cut.revision)
          .isEqualTo(List.copyOf(expected.values()));
      compared++;
    }
  }
}
