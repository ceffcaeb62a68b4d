package io.kvapp.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.kvapp.Change;
import io.kvapp.Changes;
import io.kvapp.Entry;
import io.kvapp.KVException;
import io.kvapp.KVStore;
import io.kvapp.Scan;
import io.kvapp.server.command.ChildServer;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Client threads that write while their server is killed and started again on the same port. Each
 * thread knows what its keys hold: a write that was acknowledged is there, one that was refused is
 * not, one that is uncertain is there once or not at all, and no other value is. {@code
 * -Dkvapp.cycles} says how many kills, {@code -Dkvapp.seed} repeats their moments.
 */
@Timeout(3_600)
final class RemoteKillsTest {
  private static final int CYCLES = Integer.getInteger("kvapp.cycles", 2);
  private static final int WRITERS = 4;
  private static final List<String> JVM = List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC");

  /** Beyond every start of a server: what was not done is repeated until it is up again. */
  private static final Duration PATIENT = Duration.ofMinutes(2);

  private static final String LAST = "put/last";

  private final Semaphore acknowledged = new Semaphore(0);
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private volatile boolean isOver;
  @TempDir private Path folder;

  @AfterEach
  void end() {
    isOver = true;
    threads.shutdownNow();
  }

  @Test
  void writes_throughKillsOfTheServer_areNeitherLostNorMadeTwice() throws Exception {
    long seed = Long.getLong("kvapp.seed", System.nanoTime());
    Random random = new Random(seed);
    ChildServer server = ChildServer.start(folder, JVM);
    int port = server.port();
    URI uri = URI.create("http://localhost:" + port);
    try (RemoteStore store = RemoteStore.builder(uri).timeout(PATIENT).open();
        Changes changes = store.changes(Changes.of("put"))) {
      List<Future<List<String>>> writers = new ArrayList<>();
      for (int number = 0; number < WRITERS; number++) {
        writers.add(threads.submit(new Writer(store, number)));
      }
      Future<List<String>> told = threads.submit(() -> watch(changes));
      for (int cycle = 0; cycle < CYCLES; cycle++) {
        awaitWrites(WRITERS + random.nextInt(500), seed);
        server.close();
        server = ChildServer.start(folder, port, JVM);
      }
      awaitWrites(WRITERS, seed);
      isOver = true;
      List<String> written = new ArrayList<>();
      for (Future<List<String>> writer : writers) {
        written.addAll(writer.get());
      }
      store.put(LAST, "v");
      written.add(LAST);
      assertThat(store.entries(Scan.prefix("put/").keysOnly()).map(Entry::keyString))
          .as("seed %d", seed)
          .containsExactlyInAnyOrderElementsOf(written);
      assertThat(told.get()).as("seed %d", seed).containsExactlyInAnyOrderElementsOf(written);
    } finally {
      server.close();
    }
  }

  private void awaitWrites(int count, long seed) throws InterruptedException {
    boolean areMade = acknowledged.tryAcquire(count, PATIENT.toSeconds(), TimeUnit.SECONDS);
    assertThat(areMade).as("writes go on, seed %d", seed).isTrue();
  }

  /** The keys that changes tell, up to the last one. */
  private static List<String> watch(Changes changes) {
    List<String> told = new ArrayList<>();
    while (!told.contains(LAST)) {
      for (Change change : changes.next(Duration.ofMinutes(1))) {
        if (change.kind() == Change.Kind.PUT) {
          told.add(change.keyString());
        }
      }
    }
    return told;
  }

  /** Writes keys of its own until the end; what it has written once is what it returns. */
  private final class Writer implements Callable<List<String>> {
    private final KVStore store;
    private final String name;
    private final List<String> written = new ArrayList<>();
    private long sum;
    private long revision;
    private String value = "";

    Writer(KVStore store, int number) {
      this.store = store;
      this.name = "/" + number;
    }

    @Override
    public List<String> call() {
      for (int round = 0; !isOver; round++) {
        put("put" + name + "/" + round);
        add();
        set("value" + round);
        acknowledged.release();
      }
      return written;
    }

    private void put(String key) {
      try {
        store.put(key, "v");
        written.add(key);
      } catch (KVException.Uncertain lost) {
        store.get(key).ifPresent(there -> written.add(key));
      }
    }

    private void add() {
      String key = "sum" + name;
      try {
        long found = store.add(key, 1);
        assertThat(found).isEqualTo(++sum);
      } catch (KVException.Uncertain lost) {
        long there = store.get(key).map(Long::parseLong).orElse(0L);
        assertThat(there).isBetween(sum, sum + 1);
        sum = there;
      }
    }

    private void set(String next) {
      String key = "set" + name;
      try {
        revision = store.compareAndSet(key, revision, next).orElseThrow();
        value = next;
      } catch (KVException.Uncertain lost) {
        Optional<Entry> there = store.entry(key);
        assertThat(there.map(Entry::valueString).orElse("")).isIn(value, next);
        revision = there.map(Entry::revision).orElse(0L);
        value = there.map(Entry::valueString).orElse("");
      }
    }
  }
}
