package io.kvapp.engine.hashtable;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kvapp.engine.TestThreads;
import io.kvapp.engine.file.Disk;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import net.openhft.chronicle.map.VanillaChronicleMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
final class ContextPoolTest {
  @TempDir Path folder;
  private final ChronicleThreads<StoredEntry> others =
      new ChronicleThreads<>("test", 0, 1, StoredEntry::new);
  private VanillaChronicleMap<byte[], StoredEntry, Object> map;
  private EntryOperations entries;
  private ContextPool contexts;

  @BeforeEach
  void open() throws IOException {
    ModuleAccess.open();
    HashTableFile content =
        new HashTableFile(HashTableLayout.of(new HashTableSize(2_000, 23, 100)));
    Path file = folder.resolve("map");
    content.create(new Disk(), file, false);
    map = content.open(file);
    entries = new EntryOperations(map);
    contexts = new ContextPool(map);
  }

  @AfterEach
  void close() {
    others.close();
    entries.close();
  }

  @Test
  void call_ofMoreThreadsThanContexts_isMadeByTheCallersThemselves() throws Exception {
    AtomicReference<Throwable> failure = new AtomicReference<>();
    List<Thread> threads = new ArrayList<>();
    for (int id = 0; id < 200; id++) {
      byte[] key = ("key" + id).getBytes(StandardCharsets.US_ASCII);
      Runnable task =
          () -> {
            try {
              for (int round = 1; round < 50; round++) {
                putAndGet(key, round);
              }
            } catch (Throwable e) {
              failure.set(e);
            }
          };
      threads.add(id % 4 == 0 ? new Thread(task) : TestThreads.virtualWherePossible(task));
    }
    threads.forEach(Thread::start);
    for (Thread thread : threads) {
      thread.join();
    }
    assertThat(failure.get()).isNull();
    assertThat(map.longSize()).isEqualTo(200);
  }

  private void putAndGet(byte[] key, long revision) {
    contexts.call(stored -> entries.put(key, stored.set(key, revision, 0, key)), others);
    assertThat(contexts.call(stored -> entries.get(key, stored), others).revision())
        .isEqualTo(revision);
  }

  @Test
  void call_ofVirtualThread_isMadeByItself() throws Exception {
    AtomicReference<Thread> maker = new AtomicReference<>();
    Thread thread =
        TestThreads.virtualWherePossible(
            () -> maker.set(contexts.call(stored -> Thread.currentThread(), others)));
    thread.start();
    thread.join();
    assertThat(maker.get()).isSameAs(thread);
  }

  @Test
  void call_whileAllContextsAreLent_isMadeByAnotherThread() throws Exception {
    int contextCount = 4 * Runtime.getRuntime().availableProcessors();
    CountDownLatch lent = new CountDownLatch(contextCount);
    CountDownLatch end = new CountDownLatch(1);
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < contextCount; i++) {
      Thread thread =
          new Thread(
              () ->
                  contexts.call(
                      stored -> {
                        lent.countDown();
                        return awaited(end);
                      },
                      others));
      thread.start();
      threads.add(thread);
    }
    lent.await();
    Thread maker = contexts.call(stored -> Thread.currentThread(), others);
    assertThat(maker).isNotSameAs(Thread.currentThread());
    end.countDown();
    for (Thread thread : threads) {
      thread.join();
    }
    maker = contexts.call(stored -> Thread.currentThread(), others);
    assertThat(maker).isSameAs(Thread.currentThread());
  }

  private static boolean awaited(CountDownLatch latch) {
    try {
      latch.await();
      return true;
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void call_thatFails_leavesAContextThatWorks() {
    byte[] key = {1};
    for (int round = 1; round < 100; round++) {
      putAndGet(key, round);
      assertThatThrownBy(
              () ->
                  contexts.call(
                      stored -> {
                        throw new IllegalStateException("asked for");
                      },
                      others))
          .hasMessage("asked for");
    }
  }
}
