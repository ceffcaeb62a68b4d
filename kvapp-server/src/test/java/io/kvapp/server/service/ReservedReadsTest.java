package io.kvapp.server.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import io.kvapp.Entry;
import io.kvapp.KVStore;
import io.kvapp.Page;
import io.kvapp.Scan;
import io.kvapp.server.auth.users.Caller;
import io.kvapp.server.http.message.HttpException;
import io.kvapp.server.http.message.Memory;
import io.kvapp.server.settings.PrefixScope;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
final class ReservedReadsTest {
  private static final Caller ALL = Caller.unlimited("all");
  private static final int LARGE = 4 << 20;
  private static final Memory NONE =
      bytes -> {
        if (bytes > 0) {
          throw new HttpException(503, "none");
        }
      };

  @TempDir Path folder;
  private KVStore store;
  private EntryService service;
  private long reserved;

  @BeforeEach
  void open() {
    store = KVStore.open(folder.resolve("data"));
    service = new EntryService(store, PrefixScope.KEYS, SearchLimits.NONE);
    store.put(utf8("large"), new byte[LARGE]);
    store.put(utf8("small"), new byte[10]);
  }

  @AfterEach
  void close() {
    store.close();
  }

  @Test
  void large_withoutMemoryForIt_isRefusedBeforeItIsRead() {
    for (int warm = 0; warm < 2; warm++) {
      refuse();
    }
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long before = threads.getThreadAllocatedBytes(Thread.currentThread().getId());
    refuse();
    long after = threads.getThreadAllocatedBytes(Thread.currentThread().getId());
    assertThat(after - before).isLessThan(LARGE / 4);
  }

  private void refuse() {
    assertThatThrownBy(() -> service.find(ALL, utf8("large"), NONE))
        .isInstanceOf(HttpException.class);
    assertThatThrownBy(() -> service.search(ALL, utf8("l"), NONE, () -> {}).hasNext())
        .isInstanceOf(HttpException.class);
    assertThatThrownBy(() -> service.read(ALL, utf8("large"), NONE))
        .isInstanceOf(HttpException.class);
  }

  @Test
  void small_whileManyLargeOnesWaitForMemory_isReadAtOnce() throws Exception {
    CountDownLatch waiting = new CountDownLatch(100);
    CountDownLatch end = new CountDownLatch(1);
    Memory scarce =
        bytes -> {
          waiting.countDown();
          try {
            end.await();
          } catch (InterruptedException stop) {
            throw new IllegalStateException(stop);
          }
          throw new HttpException(503, "none");
        };
    List<Thread> threads = new ArrayList<>();
    for (int count = 0; count < 100; count++) {
      Thread thread =
          new Thread(
              () ->
                  assertThatThrownBy(() -> service.find(ALL, utf8("large"), scarce))
                      .isInstanceOf(HttpException.class));
      thread.start();
      threads.add(thread);
    }
    waiting.await();
    for (int round = 0; round < 100; round++) {
      assertThat(service.find(ALL, utf8("small"), NONE).orElseThrow()).hasSize(10);
      assertThat(service.search(ALL, utf8("small"), NONE, () -> {}).next().value()).hasSize(10);
    }
    end.countDown();
    for (Thread thread : threads) {
      thread.join();
    }
  }

  @Test
  void find_large_reservesItsSizeBeforehand() {
    assertThat(service.find(ALL, utf8("large"), bytes -> reserved += bytes).orElseThrow())
        .hasSize(LARGE);
    assertThat(reserved).isBetween(LARGE - (64L << 10), LARGE + (64L << 10));
  }

  @Test
  void search_valuesOfAllSizes_findsThemAll() {
    List<Integer> sizes = List.of(0, 1, 16_000, 17_000, 63_000, 66_000, 300_000, 5);
    for (int index = 0; index < 500; index++) {
      String key = String.format("k%03d", index);
      store.put(utf8(key), new byte[sizes.get(index % sizes.size()) + index % 7]);
    }
    Iterator<Entry> found = service.search(ALL, utf8("k"), bytes -> reserved += bytes, () -> {});
    for (int index = 0; index < 500; index++) {
      Entry entry = found.next();
      assertThat(entry.keyString()).isEqualTo(String.format("k%03d", index));
      assertThat(entry.value()).hasSize(sizes.get(index % sizes.size()) + index % 7);
    }
    assertThat(found.hasNext()).isFalse();
    assertThat(reserved).isLessThan(512 << 10);
  }

  @Test
  void page_isWhatTheStoreGives_whateverItsBounds() {
    for (int index = 0; index < 400; index++) {
      store.put(utf8(String.format("k%03d", index)), new byte[index * index % 5_000]);
    }
    for (int limit : new int[] {1, 7, 160, 399, 1_000}) {
      for (long maxBytes : new long[] {1, 1_000, 20_000, 100_000, 10_000_000}) {
        for (Scan scan : List.of(Scan.prefix("k"), Scan.prefix("k").keysOnly())) {
          Scan bounded = scan.limit(limit).maxBytes(maxBytes).after("k001");
          Page page = new ReservedReads(bytes -> {}).page(store::scan, bounded);
          assertThat(page).isEqualTo(store.scan(bounded));
        }
      }
    }
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
