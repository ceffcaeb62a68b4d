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
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Writers and a reader of changes while the leaders of a cluster are killed. Each write puts a new
 * key and counts it in the same batch, so that a write that is lost, or made twice, shows.
 */
@Tag("once")
@Timeout(600)
final class LeaderKillTest {
  private static final int WRITERS = 4;

  /** How many leaders are killed, one after the other. */
  private static final int KILLS = Integer.getInteger("kvapp.kills", 1);

  @TempDir(factory = MemoryFolder.class)
  Path folder;

  /** What a writer knows of its writes. */
  private record Written(long made, long uncertain) {}

  @Test
  void writes_whileLeadersAreKilled_areMadeOnce_andToldToWatchers() {
    AtomicBoolean done = new AtomicBoolean();
    AtomicLong progress = new AtomicLong();
    try (EtcdNodes nodes = new EtcdNodes(folder);
        KVStore store = KVStore.open(nodes.uri("kills"));
        KVStore other = KVStore.open(nodes.uri("kills"))) {
      FutureTask<TreeMap<String, Long>> watcher = Threads.start(() -> watch(other));
      List<FutureTask<Written>> writers = new ArrayList<>();
      for (int i = 0; i < WRITERS; i++) {
        int writer = i;
        KVStore its = i % 2 == 0 ? store : other;
        Callable<Written> work = () -> write(its, writer, done, progress);
        writers.add(Threads.start(work));
      }
      awaitProgress(progress);
      for (int i = 0; i < KILLS; i++) {
        int leader = nodes.leader();
        nodes.node(leader).kill();
        awaitProgress(progress);
        nodes.restart(leader);
        awaitProgress(progress);
      }
      done.set(true);
      long made = 0;
      long uncertain = 0;
      for (int i = 0; i < WRITERS; i++) {
        Written written = Threads.await(writers.get(i));
        made += written.made;
        uncertain += written.uncertain;
        long counted = number(store, "count " + i);
        assertThat(counted).isBetween(written.made, written.made + written.uncertain);
        assertThat(store.count("key " + i + " ")).isEqualTo(counted);
      }
      assertThat(made).isPositive();
      assertThat(number(store, "all")).isBetween(made, made + uncertain);
      if (KILLS > 1) {
        // On a machine of its own, a majority answers in time.
        assertThat(uncertain).as("uncertain of %s writes", made).isZero();
      }
      long last = store.put("end", "0");
      TreeMap<String, Long> export = new TreeMap<>();
      store.entries(Scan.all()).forEach(entry -> export.put(entry.keyString(), entry.revision()));
      assertThat(Threads.await(watcher)).isEqualTo(export).containsEntry("end", last);
    }
  }

  private static long number(KVStore store, String key) {
    return store.get(key).map(Long::parseLong).orElse(0L);
  }

  private static Written write(KVStore store, int writer, AtomicBoolean done, AtomicLong progress) {
    long made = 0;
    long uncertain = 0;
    for (int i = 0; !done.get(); i++) {
      String key = "key " + writer + " " + i;
      Batch batch =
          new Batch().ifAbsent(key).put(key, "value").add("count " + writer, 1).add("all", 1);
      try {
        BatchResult result = store.commit(batch);
        assertThat(result.applied()).as("written twice: %s", key).isTrue();
        made++;
        progress.incrementAndGet();
      } catch (KVException.Uncertain lost) {
        uncertain++;
      } catch (KVException.Unavailable nothingDone) {
        // Tried with the next key.
      }
    }
    return new Written(made, uncertain);
  }

  /** The entries as the changes tell them, until there is a key "end". */
  private static TreeMap<String, Long> watch(KVStore store) {
    TreeMap<String, Long> copy = new TreeMap<>();
    try (Changes changes = store.changes(Changes.all().withState())) {
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

  /** Waits until some more writes are made. */
  private static void awaitProgress(AtomicLong progress) {
    long goal = progress.get() + 50;
    while (progress.get() < goal) {
      Thread.onSpinWait();
    }
  }
}
