package io.kvapp;

import static io.kvapp.StoreFixture.utf8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** The revision of the store as a whole, and the sync of all that is written. */
interface RevisionContract extends StoreFixture {
  /** What a JSON number holds exactly. */
  long MAX_REVISION = (1L << 53) - 1;

  @Test
  default void revision_isThatOfTheNewestWrite() {
    long empty = store().revision();
    long first = store().put("key", "value");
    assertThat(first).isGreaterThan(empty).isLessThan(MAX_REVISION);
    assertThat(store().revision()).isEqualTo(first);
    long batch = store().commit(new Batch().put("a", "1").put("b", "2")).revision();
    assertThat(store().revision()).isEqualTo(batch);
    store().delete("a");
    long deleted = store().revision();
    assertThat(deleted).isGreaterThan(batch);
    store().delete("a");
    store().putIfAbsent("b", "3");
    store().get("b");
    assertThat(store().revision()).isEqualTo(deleted);
  }

  /** Whatever a reader finds behind a call of revision() holds all writes up to that one. */
  @Test
  default void revision_isNotAheadOfWhatReadersSee() {
    int writers = 3;
    int writes = times(3_000);
    record Seen(long revision, int writer, long found) {}
    AtomicInteger running = new AtomicInteger(writers);
    List<Callable<List<?>>> work = new ArrayList<>();
    for (int i = 0; i < writers; i++) {
      byte[] key = utf8("key " + i);
      byte[] other = utf8("other " + i);
      boolean together = i == 0;
      work.add(
          () -> {
            List<Long> log = new ArrayList<>();
            try {
              for (int j = 0; j < writes; j++) {
                log.add(
                    together && j % 2 == 0
                        ? store().commit(new Batch().put(key, key).put(other, key)).revision()
                        : store().put(key, key));
              }
            } finally {
              running.decrementAndGet();
            }
            return log;
          });
    }
    work.add(
        () -> {
          List<Seen> seen = new ArrayList<>();
          long before = 0;
          for (int i = 0; running.get() > 0; i++) {
            long revision = store().revision();
            assertThat(revision).isGreaterThanOrEqualTo(before);
            before = revision;
            int writer = i % writers;
            long found = store().entry("key " + writer).map(Entry::revision).orElse(0L);
            seen.add(new Seen(revision, writer, found));
          }
          return seen;
        });
    List<List<?>> logs = Threads.together(work);

    long newest = 0;
    for (Object each : logs.get(writers)) {
      Seen seen = (Seen) each;
      assertThat(
              logs.get(seen.writer).stream()
                  .map(Long.class::cast)
                  .filter(revision -> revision > seen.found && revision <= seen.revision))
          .as("writes that were not seen: %s", seen)
          .isEmpty();
    }
    for (List<?> log : logs.subList(0, writers)) {
      newest = Math.max(newest, (Long) log.get(writes - 1));
    }
    assertThat(store().revision()).isEqualTo(newest);
  }

  @Test
  default void sync_leavesEverythingAsItIs() {
    store().sync();
    long revision = store().put("key", "value");
    store().sync();
    store().sync();

    assertThat(store().get("key")).hasValue("value");
    assertThat(store().revision()).isEqualTo(revision);
  }
}
