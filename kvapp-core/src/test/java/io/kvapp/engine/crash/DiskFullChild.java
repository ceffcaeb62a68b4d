package io.kvapp.engine.crash;

import io.kvapp.Durability;
import io.kvapp.Entry;
import io.kvapp.KVException;
import io.kvapp.KVStore;
import io.kvapp.Page;
import io.kvapp.Scan;
import io.kvapp.StoreOptions;
import io.kvapp.TestClock;
import io.kvapp.engine.DiskStore;
import io.kvapp.engine.file.Disk;
import io.kvapp.engine.model.EngineOptions;
import io.kvapp.engine.tree.Manifest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Fills a small disk with a store, in a process of its own since a fault may end it: writes until
 * there is no space, looks whether all that was acknowledged is there, does what takes space,
 * restarts, frees space and goes on.
 *
 * <p>Prints how often there was no space, and ends with status 0 when every promise held.
 */
final class DiskFullChild {
  private static final int WRITERS = 3;
  private static final int FULL_AFTER = 20;
  private static final int MAX_WRITES = 60_000;
  private static final int MAX_RETRIES = 200;
  private static final long ROOMY_BYTES = 512L << 20;
  private static final long SPARE_BYTES = 24L << 20;

  private final Path disk;
  private final Random random;
  private final Durability durability;
  private final EngineOptions tuning;
  private final int largestValue;
  private final Map<String, Integer> acknowledged = new ConcurrentHashMap<>();
  private final AtomicInteger refusals = new AtomicInteger();
  private KVStore store;

  private DiskFullChild(Path disk, long seed) {
    this.disk = disk;
    random = new Random(seed);
    durability = seed % 2 == 0 ? Durability.OS : Durability.SYNC;
    tuning =
        random.nextBoolean()
            ? new EngineOptions(4 << 20, 64 << 20, 256L << 20, 96 << 20, 1_000)
            : new EngineOptions(256 << 10, 4 << 20, 8 << 20, 300 << 10, 20);
    largestValue = new int[] {40, 2_000, 100_000, 4_000_000}[random.nextInt(4)];
  }

  /** Takes the folder of the disk and a seed. */
  public static void main(String[] arguments) throws Exception {
    new DiskFullChild(Path.of(arguments[0]), Long.parseLong(arguments[1])).run();
  }

  private void run() throws Exception {
    ballast("early", random.nextInt(24 << 20));
    ballast("late", 6 << 20);
    openWhenPossible();
    for (int round = 0; round < 3; round++) {
      fill(round);
      check();
      attempt(store.admin()::compact);
      attempt(() -> store.admin().backup(disk.resolve("backup")));
      require(
          !Files.exists(disk.resolve("backup")) || isBackup(),
          "a half-made backup was left behind");
      check();
      if (random.nextBoolean()) {
        attempt(store::close);
        openWhenPossible();
        check();
      }
      free(round);
      writeAgain();
      check();
    }
    attempt(store::close);
    openWhenPossible();
    check();
    require(store.admin().verify().ok(), "not whole: " + store.admin().verify().faults());
    System.out.println("refusals " + refusals.get() + ", entries " + acknowledged.size());
  }

  private boolean isBackup() throws IOException {
    boolean whole = Files.exists(disk.resolve("backup").resolve(Manifest.NAME));
    for (Path file : Disk.list(disk.resolve("backup"), "*")) {
      Files.delete(file);
    }
    Files.delete(disk.resolve("backup"));
    return whole;
  }

  private void ballast(String name, int bytes) throws IOException {
    Files.write(disk.resolve(name), new byte[bytes]);
  }

  private void free(int round) throws IOException {
    switch (round) {
      case 0 -> Files.deleteIfExists(disk.resolve("late"));
      case 1 -> Files.deleteIfExists(disk.resolve("early"));
      default -> attempt(this::deleteHalf);
    }
  }

  private void deleteHalf() {
    int turn = 0;
    for (String key : acknowledged.keySet()) {
      if (turn++ % 2 == 0) {
        store.delete(key);
        acknowledged.remove(key);
      }
    }
    store.admin().compact();
  }

  /** A store that was not closed well needs space to be opened, so it may need a larger disk. */
  private void openWhenPossible() throws Exception {
    try {
      store = open();
    } catch (KVException.NoSpace full) {
      refusals.incrementAndGet();
      resize(ROOMY_BYTES);
      store = open();
      FileStore space = Files.getFileStore(disk);
      resize(space.getTotalSpace() - space.getUsableSpace() + SPARE_BYTES);
    }
  }

  private void resize(long bytes) throws Exception {
    Process mount =
        new ProcessBuilder("mount", "-o", "remount,size=" + bytes, disk.toString()).start();
    require(mount.waitFor() == 0, "the disk cannot be resized");
  }

  private KVStore open() {
    return DiskStore.open(
        disk.resolve("store"),
        StoreOptions.defaults().withDurability(durability).withClock(new TestClock()),
        new Disk(),
        tuning);
  }

  private void fill(int round) throws Exception {
    FutureTask<?>[] writers = new FutureTask<?>[WRITERS];
    for (int i = 0; i < WRITERS; i++) {
      String prefix = round + " " + i + " ";
      long seed = random.nextLong();
      Callable<Void> writer = () -> write(prefix, new Random(seed));
      writers[i] = new FutureTask<>(writer);
      new Thread(writers[i]).start();
    }
    for (FutureTask<?> writer : writers) {
      writer.get();
    }
  }

  private Void write(String prefix, Random sizes) {
    int full = 0;
    for (int i = 0; i < MAX_WRITES && full < FULL_AFTER; i++) {
      String key = prefix + i;
      byte[] value = value(key, sizes.nextInt(largestValue));
      acknowledged.put(key, -1);
      try {
        store.put(key.getBytes(StandardCharsets.UTF_8), value);
        acknowledged.put(key, value.length);
      } catch (KVException.NoSpace refused) {
        acknowledged.remove(key);
        require(store.get(key).isEmpty(), "a refused write is there");
        refusals.incrementAndGet();
        full++;
      }
    }
    return null;
  }

  private static byte[] value(String key, int length) {
    byte[] value = new byte[length];
    byte[] start = ByteBuffer.allocate(4).putInt(key.hashCode()).array();
    for (int at = 0; at < length; at++) {
      value[at] = (byte) (start[at & 3] + at);
    }
    return value;
  }

  private void writeAgain() throws Exception {
    for (int i = 0; i < MAX_RETRIES; i++) {
      try {
        writeOnce();
        return;
      } catch (KVException.NoSpace notYet) {
        refusals.incrementAndGet();
      }
    }
    attempt(store::close);
    openWhenPossible();
    try {
      writeOnce();
    } catch (KVException.NoSpace little) {
      // What was freed may be less than a segment and its flush take.
      refusals.incrementAndGet();
      resize(ROOMY_BYTES);
      writeOnce();
    }
  }

  private void writeOnce() {
    store.put("again", "value");
    store.delete("again");
  }

  private void attempt(Runnable work) {
    try {
      work.run();
    } catch (KVException.NoSpace refused) {
      refusals.incrementAndGet();
    }
  }

  private void check() {
    for (Map.Entry<String, Integer> entry : acknowledged.entrySet()) {
      byte[] found = store.get(entry.getKey().getBytes(StandardCharsets.UTF_8)).orElse(null);
      require(
          Arrays.equals(found, value(entry.getKey(), entry.getValue())),
          "lost or wrong: " + entry.getKey() + " of " + entry.getValue() + " bytes");
    }
    long scanned = 0;
    Page page = store.scan(Scan.all());
    while (true) {
      scanned += page.entries().size();
      if (!page.more()) {
        break;
      }
      Entry last = page.entries().get(page.entries().size() - 1);
      page = store.scan(Scan.all().after(last.key()));
    }
    require(scanned == acknowledged.size(), scanned + " entries, not " + acknowledged.size());
    require(store.size() == scanned, "the size is " + store.size());
  }

  private static void require(boolean holds, String otherwise) {
    if (!holds) {
      throw new AssertionError(otherwise);
    }
  }
}
