package io.kvapp.engine.errors;

import static io.kvapp.StoreFixture.utf8;

import io.kvapp.Batch;
import io.kvapp.KVStore;
import io.kvapp.Scan;
import io.kvapp.StoreOptions;
import io.kvapp.engine.DiskStore;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * A process in which other code fills the heap again and again beside calls of a store. Calls may
 * fail for want of memory, and with nothing else; afterwards the store works and has lost nothing.
 * Ends with status 0 if so.
 */
public final class HeapChild {
  private static final int WRITERS = 4;
  private static final int PATIENCE_SECONDS = 60;

  private final KVStore store;
  private final long end;
  private final Map<String, String> acknowledged = new ConcurrentHashMap<>();
  private final Map<String, String> begun = new ConcurrentHashMap<>();
  private final AtomicInteger shortages = new AtomicInteger();
  private volatile Throwable wrong;

  private HeapChild(KVStore store, int seconds) {
    this.store = store;
    this.end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
  }

  /** Arguments: a folder, and the seconds to run. */
  public static void main(String[] arguments) throws Exception {
    Path folder = Path.of(arguments[0]);
    HeapChild child =
        new HeapChild(
            DiskStore.open(folder, StoreOptions.defaults()), Integer.parseInt(arguments[1]));
    child.run();
    ExecutorService other = Executors.newSingleThreadExecutor();
    other
        .submit(
            () -> {
              child.check(child.store);
              child.store.close();
              try (KVStore again = DiskStore.open(folder, StoreOptions.defaults())) {
                child.check(again);
              }
              return null;
            })
        .get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    System.out.println(child.shortages + " shortages");
    Runtime.getRuntime().halt(child.shortages.get() > 0 ? 0 : 2);
  }

  private void run() throws InterruptedException {
    List<Thread> writers = new ArrayList<>();
    for (int i = 0; i < WRITERS; i++) {
      int number = i;
      Thread writer = new Thread(() -> write(number));
      writer.setDaemon(true);
      writer.start();
      writers.add(writer);
    }
    Random random = new Random(1);
    while (goesOn()) {
      fillHeap(random);
    }
    for (Thread writer : writers) {
      writer.join(TimeUnit.SECONDS.toMillis(PATIENCE_SECONDS));
      require(!writer.isAlive(), "a writer hangs");
    }
    if (wrong != null) {
      wrong.printStackTrace();
    }
    require(wrong == null, "a call ended with something else");
  }

  /** Until the time is over, and longer where the machine is so busy that no call has failed. */
  private boolean goesOn() {
    long over = System.nanoTime() - end;
    return over < 0 || shortages.get() == 0 && over < TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
  }

  private static void fillHeap(Random random) {
    List<byte[]> all = new ArrayList<>();
    try {
      while (true) {
        all.add(new byte[1 + random.nextInt(60_000)]);
      }
    } catch (OutOfMemoryError full) {
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(random.nextInt(30)));
      all.clear();
    }
  }

  private void write(int number) {
    for (int i = 0; goesOn() && wrong == null; i++) {
      try {
        writeOnce(number + ":" + i % 200, "value " + i, i % 4);
      } catch (OutOfMemoryError expected) {
        shortages.incrementAndGet();
      } catch (Throwable other) {
        wrong = other;
      }
    }
  }

  private void writeOnce(String key, String value, int kind) {
    begun.put(key, value);
    switch (kind) {
      case 0 -> store.commit(new Batch().put(key, value).put("b" + key, value));
      case 1 -> {
        store.put(key, value);
        store.put(utf8("large " + key), new byte[40_000]);
        store.scan(Scan.all().limit(20));
      }
      default -> store.put(key, value);
    }
    acknowledged.put(key, value);
  }

  private void check(KVStore asked) {
    for (int i = 0; i < 200; i++) {
      asked.put("after " + i, "value");
    }
    acknowledged.forEach(
        (key, value) -> {
          Optional<String> found = asked.get(key);
          require(
              found.equals(Optional.of(value)) || found.equals(Optional.of(begun.get(key))),
              key + " is " + found + " instead of " + value);
        });
    require(asked.size() == asked.count(""), "size and count differ");
    require(asked.admin().verify().ok(), "verify: " + asked.admin().verify().faults());
  }

  private static void require(boolean holds, String otherwise) {
    if (!holds) {
      System.err.println(otherwise);
      Runtime.getRuntime().halt(1);
    }
  }
}
