package io.kvapp.bench.upkeep;

import io.kvapp.Entry;
import io.kvapp.KVStore;
import io.kvapp.Scan;
import io.kvapp.bench.process.Folders;
import io.kvapp.bench.report.MarkdownTable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Measures the disk that KVApp takes after writes and overwrites, and its reads behind deletes. */
@Command(
    name = "upkeep",
    description = "Measures the disk that KVApp takes, and its reads behind many deletes.",
    mixinStandardHelpOptions = true,
    showDefaultValues = true)
public final class UpkeepCommand implements Callable<Integer> {
  private static final int VALUE_BYTES = 100;
  private static final int OVERWRITES_OF_A_KEY = 6;
  private static final int KEPT_SHARE = 10_000;
  private static final int POPS = 20_000;
  private static final int PAGES = 2_000;
  private static final int PAGE = 100;

  /** A part of the measurements. */
  enum Part {
    /** The disk that entries take some time after the last write. */
    DISK,
    /** The disk that a store takes while its entries are overwritten, and afterwards. */
    OVERWRITES,
    /** Reads behind many deletes. */
    DELETES
  }

  @Option(names = "--parts", split = ",", description = "Only these: ${COMPLETION-CANDIDATES}.")
  private List<Part> parts = Arrays.asList(Part.values());

  @Option(names = "--entries", description = "Entries to write, or to delete.")
  private int entries = 10_000_000;

  @Option(names = "--overwritten", description = "Entries that are overwritten six times each.")
  private int overwritten = 2_000_000;

  @Option(names = "--rate", description = "Overwrites a second.")
  private int rate = 69_000;

  @Option(names = "--calm-seconds", description = "How long after the last write is measured.")
  private int calmSeconds = 60;

  @Option(names = "--work", description = "The folder of the data; it is emptied.")
  private Path work = Path.of("kvapp-bench", "target", "bench-work");

  private final MarkdownTable table = new MarkdownTable(List.of("measured", "figure", "unit"));

  @Override
  public Integer call() throws Exception {
    Folders.empty(work);
    for (Part part : parts) {
      Path folder = work.resolve("upkeep");
      switch (part) {
        case DISK -> disk(folder);
        case OVERWRITES -> overwrites(folder);
        default -> deletes(folder);
      }
      Folders.delete(folder);
    }
    System.out.print(table);
    return 0;
  }

  private void add(String measured, double figure, String unit) {
    table.add(List.of(measured, MarkdownTable.figure(figure), unit));
    System.err.println(measured + ": " + MarkdownTable.figure(figure) + " " + unit);
  }

  private static byte[] key(long number) {
    return ByteBuffer.allocate(23).putLong(number * 0x9e37_79b9_7f4a_7c15L).putLong(number).array();
  }

  private static byte[] inOrder(int number) {
    return ByteBuffer.allocate(8).putLong(number).array();
  }

  private static double seconds(Runnable work) {
    long begin = System.nanoTime();
    work.run();
    return (System.nanoTime() - begin) / 1e9;
  }

  private interface Writing {
    void write(int from, int to);
  }

  /** Writes with two threads, each a half. */
  private static void together(int count, Writing writing) {
    Thread other = new Thread(() -> writing.write(0, count / 2));
    other.start();
    writing.write(count / 2, count);
    try {
      other.join();
    } catch (InterruptedException interrupt) {
      throw new IllegalStateException(interrupt);
    }
  }

  private static void put(KVStore store, int from, int to) {
    SplittableRandom random = new SplittableRandom(from);
    byte[] value = new byte[VALUE_BYTES];
    for (int i = from; i < to; i++) {
      random.nextBytes(value);
      store.put(key(i), value);
    }
  }

  private void disk(Path folder) throws Exception {
    try (KVStore store = KVStore.open(folder)) {
      double seconds = seconds(() -> together(entries, (from, to) -> put(store, from, to)));
      add("puts of new entries", entries / seconds, "a second");
      TimeUnit.SECONDS.sleep(calmSeconds);
      double bytes = Folders.allocatedBytes(folder);
      add("disk " + calmSeconds + " s after the last put", bytes / entries, "B an entry");
      addKinds(folder, entries);
    }
    add("disk after the close", Folders.allocatedBytes(folder) / entries, "B an entry");
    addKinds(folder, entries);
  }

  private void addKinds(Path folder, long count) throws IOException {
    Map<String, Long> kinds = new TreeMap<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
      for (Path file : files) {
        String name = file.getFileName().toString();
        kinds.merge(name.replaceAll("[0-9-]+", "*"), Files.size(file), Long::sum);
      }
    }
    for (Map.Entry<String, Long> kind : kinds.entrySet()) {
      if (kind.getValue() > count) {
        add("of that " + kind.getKey(), (double) kind.getValue() / count, "B an entry");
      }
    }
  }

  private void overwrites(Path folder) throws Exception {
    double data = overwritten * (double) (key(0).length + VALUE_BYTES);
    double[] peak = new double[1];
    try (KVStore store = KVStore.open(folder)) {
      together(overwritten, (from, to) -> put(store, from, to));
      Thread sampling = new Thread(() -> sample(folder, peak));
      sampling.setDaemon(true);
      sampling.start();
      int count = overwritten * OVERWRITES_OF_A_KEY;
      double seconds = seconds(() -> together(count, (from, to) -> overwrite(store, from, to)));
      add("overwrites", count / seconds, "a second");
      add("largest folder meanwhile", peak[0] / data, "times keys and values");
      sampling.interrupt();
      sampling.join();
    }
    add("folder after the close", Folders.allocatedBytes(folder) / data, "times keys and values");
    addKinds(folder, overwritten);
  }

  private void overwrite(KVStore store, int from, int to) {
    SplittableRandom random = new SplittableRandom(from);
    byte[] value = new byte[VALUE_BYTES];
    long begin = System.nanoTime();
    for (int i = from; i < to; i++) {
      random.nextBytes(value);
      store.put(key(random.nextInt(overwritten)), value);
      if (i % 64 == 0) {
        long due = begin + (long) ((i - from) * 2e9 / rate);
        LockSupport.parkNanos(Math.max(0, due - System.nanoTime()));
      }
    }
  }

  private static void sample(Path folder, double[] peak) {
    try {
      while (true) {
        peak[0] = Math.max(peak[0], Folders.allocatedBytes(folder));
        TimeUnit.MILLISECONDS.sleep(500);
      }
    } catch (InterruptedException | IOException end) {
      Thread.currentThread().interrupt();
    }
  }

  private void deletes(Path folder) throws Exception {
    int kept = Math.max(1, entries / KEPT_SHARE);
    try (KVStore store = KVStore.open(folder)) {
      byte[] value = new byte[10];
      store
          .admin()
          .load(
              Stream.iterate(0, i -> i < entries, i -> i + 1)
                  .map(i -> new Entry(inOrder(i), value, 0, 0))
                  .iterator());
      double seconds =
          seconds(
              () ->
                  together(
                      entries - kept,
                      (from, to) -> {
                        for (int i = from; i < to; i++) {
                          store.delete(inOrder(i));
                        }
                      }));
      add("deletes", (entries - kept) / seconds, "a second");
      add("first page behind the deletes", seconds(() -> page(store, false, 0)) * 1e3, "ms");
      add(
          "scan of the " + kept + " entries left",
          seconds(() -> require(store.entries(Scan.all()).count() == kept)) * 1e3,
          "ms");
      add("first reverse page", seconds(() -> page(store, true, 0)) * 1e3, "ms");
      seconds = seconds(() -> repeat(PAGES, i -> page(store, true, i)));
      add("reverse page of " + PAGE + " across the deletes", seconds / PAGES * 1e6, "µs");
      refill(store);
      int pops = Math.min(POPS, entries / 2);
      seconds = seconds(() -> repeat(pops / 2, i -> pop(store)));
      add("pop of the first key, first half", seconds / (pops / 2) * 1e6, "µs");
      seconds = seconds(() -> repeat(pops / 2, i -> pop(store)));
      add("pop of the first key, second half", seconds / (pops / 2) * 1e6, "µs");
    }
  }

  private interface Step {
    void run(int number);
  }

  private static void repeat(int times, Step step) {
    for (int i = 0; i < times; i++) {
      step.run(i);
    }
  }

  /** A page from the entries left, or downwards from a key amid the deletes on. */
  private void page(KVStore store, boolean reversed, int number) {
    Scan scan = Scan.all().limit(PAGE);
    if (reversed) {
      int kept = Math.max(1, entries / KEPT_SHARE);
      scan = Scan.range(null, inOrder(entries - kept + PAGE / 2 + number % kept)).reversed();
      scan = scan.limit(PAGE);
    }
    store.scan(scan);
  }

  private void refill(KVStore store) {
    repeat(Math.min(POPS, entries / 2), i -> store.put(inOrder(entries / 2 + i), new byte[10]));
  }

  private static void pop(KVStore store) {
    byte[] first = store.scan(Scan.all().limit(1)).entries().get(0).key();
    require(store.delete(first));
  }

  private static void require(boolean holds) {
    if (!holds) {
      throw new IllegalStateException("the store gave a wrong answer");
    }
  }
}
