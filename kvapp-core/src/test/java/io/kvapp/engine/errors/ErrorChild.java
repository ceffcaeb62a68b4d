package io.kvapp.engine.errors;

import static io.kvapp.StoreFixture.everything;
import static io.kvapp.StoreFixture.utf8;

import io.kvapp.Batch;
import io.kvapp.Durability;
import io.kvapp.Entry;
import io.kvapp.Expiry;
import io.kvapp.KVStore;
import io.kvapp.Scan;
import io.kvapp.StoreOptions;
import io.kvapp.engine.DiskStore;
import io.kvapp.engine.file.Disk;
import io.kvapp.engine.model.EngineOptions;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * A process with the {@link ErrorAgent}: makes each call of a store again and again, with an error
 * at its first step, its second and so on, and checks after each that the store is whole and goes
 * on. Ends with status 0 if all is well.
 */
public final class ErrorChild {
  private static final int PATIENCE_SECONDS = 20;
  private static final Set<String> LOADING =
      Set.of("kvapp-load", "kvapp-flush", "kvapp-growth", "kvapp-release");
  private static final int LOADED = 60;
  private static final int LOAD_STRIDE = 3;

  /** Calls that roll the journal often; the ticks of an hour do nothing on their own. */
  private static final EngineOptions OPTIONS =
      new EngineOptions(4 << 10, 8 << 10, 256 << 20, 1_000_000, 3_600_000);

  private final Class<? extends Error> error;
  private final ExecutorService others = Executors.newCachedThreadPool(ErrorChild::daemon);
  private final KVStore store;
  private final Path folder;
  private final StoreOptions options;
  private final Random random;
  private final Random starts;
  private final int stride;
  private int errors;
  private String failed;

  private ErrorChild(
      Path folder, Durability durability, Class<? extends Error> error, long seed, int stride) {
    this.folder = folder;
    this.error = error;
    this.random = stride == 0 ? new Random(seed) : null;
    this.starts = new Random(seed);
    this.stride = stride;
    this.options = StoreOptions.defaults().withDurability(durability);
    this.store = DiskStore.open(folder, options, new Disk(), OPTIONS);
  }

  private static Thread daemon(Runnable task) {
    Thread thread = new Thread(task);
    thread.setDaemon(true);
    return thread;
  }

  /** Arguments: a folder, the durability, the error, a seed, and a stride, 0 for random steps. */
  public static void main(String[] arguments) throws Exception {
    Path folder = Path.of(arguments[0]);
    Durability durability = Durability.valueOf(arguments[1]);
    Class<? extends Error> error =
        arguments[2].equals("memory") ? OutOfMemoryError.class : StackOverflowError.class;
    long seed = Long.parseLong(arguments[3]);
    int stride = Integer.parseInt(arguments[4]);
    ErrorChild child = new ErrorChild(folder, durability, error, seed, stride);
    child.run();
    System.out.println(child.errors + " errors");
    Runtime.getRuntime().halt(0);
  }

  private void run() throws Exception {
    for (int i = 0; i < 300; i++) {
      store.put("old " + i, "value " + i);
    }
    store.put(utf8("large"), new byte[3_000]);
    Thread caller = Thread.currentThread();
    List<Map.Entry<String, Consumer<KVStore>>> calls = new ArrayList<>(calls().entrySet());
    if (random != null) {
      Collections.shuffle(calls, random);
    }
    for (Map.Entry<String, Consumer<KVStore>> call : calls) {
      everyStep(call.getKey(), caller::equals, call.getValue());
    }
    everyStep(
        "flush",
        thread -> thread.getName().equals("kvapp-flush"),
        asked -> {
          asked.put("flushed", "value");
          asked.admin().compact();
        });
    everyStep(
        "compaction",
        thread -> thread.getName().equals("kvapp-compaction"),
        asked -> {
          asked.put("compacted", "value");
          asked.delete("compacted");
          asked.admin().compact();
        });
    everyStepOfALoad();
    Map<String, String> before = entries(store);
    others.submit(store::close).get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    try (KVStore again = DiskStore.open(folder, options, new Disk(), OPTIONS)) {
      require(again.admin().recovery().clean(), "the store was not closed cleanly");
      require(entries(again).equals(before), "the entries are others after a restart");
      require(again.admin().verify().ok(), "verify: " + again.admin().verify().faults());
    }
  }

  private Map<String, Consumer<KVStore>> calls() {
    Map<String, Consumer<KVStore>> calls = new LinkedHashMap<>();
    int[] round = new int[1];
    calls.put("put", asked -> asked.put("new " + round[0]++, "value" + some(2_000)));
    calls.put("overwrite", asked -> asked.put("old 7", "value " + round[0]++ + some(2_000)));
    calls.put(
        "large", asked -> asked.put(utf8("large"), new byte[3_000 + drawn(round[0]++ % 100)]));
    calls.put(
        "ttl", asked -> asked.put(utf8("t " + round[0]++), utf8("value"), Duration.ofDays(1)));
    calls.put("delete", asked -> asked.delete("old " + (round[0]++ % 250 + 10)));
    calls.put("condition", asked -> asked.putIfAbsent("absent " + round[0]++, "value"));
    calls.put(
        "commit",
        asked -> {
          String value = "batch " + round[0]++ + some(500);
          asked.commit(
              new Batch()
                  .put("b1", value)
                  .put("b2", value)
                  .put("old 3", value)
                  .put(utf8("b3"), utf8(value), Duration.ofDays(1))
                  .delete("old " + (round[0] % 250 + 10)));
        });
    calls.put("add", asked -> asked.add("count", 1));
    calls.put("touch", asked -> asked.touch("large", Duration.ofDays(1)));
    calls.put("sync", KVStore::sync);
    calls.put(
        "operations",
        asked ->
            asked.commit(
                new Batch()
                    .ifValue(utf8("large"), asked.get(utf8("large")).orElseThrow())
                    .ifPresent("count")
                    .add("n1", 1)
                    .add("n2", 1, Expiry.in(Duration.ofDays(1)))
                    .touch("large", Expiry.never())
                    .put("b1", "operations", Expiry.keep())
                    .put("b2", "operations", Expiry.at(Instant.MAX))
                    .put("old 3", "operations")
                    .put("b3", "operations", Expiry.keep())
                    .get("large")
                    .get("n1")));
    calls.put("failures", asked -> asked.commit(new Batch().ifAbsent("large").ifAbsent("n1")));
    calls.put("delete by prefix", asked -> asked.deletePrefix("t 1"));
    calls.put("revision", KVStore::revision);
    calls.put("get", asked -> asked.get("old 5"));
    calls.put("get large", asked -> asked.get(utf8("large")));
    calls.put("scan", asked -> asked.scan(Scan.prefix("old").limit(20)));
    calls.put("scan reversed", asked -> asked.scan(Scan.all().reversed().limit(20)));
    calls.put("count", asked -> asked.count("old"));
    calls.put("size", KVStore::size);
    calls.put("stats", asked -> asked.admin().stats());
    return calls;
  }

  private void everyStep(String name, Predicate<Thread> threads, Consumer<KVStore> call)
      throws Exception {
    boolean struck = true;
    // What is done for each entry comes again and again behind the first two hundred steps.
    for (long step = first(1); struck; step = next(step, 1)) {
      failed = name + " at step " + step;
      ErrorAgent.arm(threads, step, error);
      Throwable thrown = null;
      try {
        call.accept(store);
      } catch (Throwable failure) {
        thrown = failure;
      }
      StackTraceElement[] where = ErrorAgent.disarm();
      struck = where != null;
      if (struck) {
        errors++;
        failed += " " + Arrays.asList(where).subList(1, Math.min(8, where.length));
      }
      require(thrown == null || error.isInstance(thrown), "it ended with " + thrown);
      checkWhole();
    }
  }

  /** A load is all or nothing, and is visible by get as by scan. */
  private void everyStepOfALoad() throws Exception {
    boolean struck = true;
    for (long step = first(LOAD_STRIDE); struck; step = next(step, LOAD_STRIDE)) {
      deleteAll();
      failed = "load at step " + step;
      ErrorAgent.arm(thread -> LOADING.contains(thread.getName()), step, error);
      Throwable thrown = null;
      try {
        store.admin().load(loaded().iterator());
      } catch (Throwable failure) {
        thrown = failure;
      }
      StackTraceElement[] where = ErrorAgent.disarm();
      struck = where != null;
      errors += struck ? 1 : 0;
      failed += struck ? " " + Arrays.asList(where).subList(1, Math.min(8, where.length)) : "";
      boolean ended = thrown == null;
      require(ended || error.isInstance(thrown), "it ended with " + thrown);
      inTime(
          () -> {
            int seen = entries(store).size();
            require(seen == LOADED || seen == 0 && !ended, "half a load: " + seen);
            require(store.size() == seen, "size " + store.size() + " of " + seen);
            return null;
          });
    }
  }

  private void deleteAll() {
    Batch batch = new Batch();
    entries(store).keySet().forEach(batch::delete);
    if (!batch.operations().isEmpty()) {
      store.commit(batch);
    }
  }

  private static List<Entry> loaded() {
    List<Entry> loaded = new ArrayList<>();
    for (int i = 0; i < LOADED; i++) {
      loaded.add(new Entry(utf8("loaded " + i % 7 + " " + i), utf8("value " + i), 0, 0));
    }
    return loaded;
  }

  /** The first step that ends with an error, where at least every so many are to. */
  private int first(int least) {
    return 1 + (random == null ? starts.nextInt(least * stride) : random.nextInt(3));
  }

  private long next(long step, int least) {
    int more = (int) step / 200 * 20;
    return step + (random == null ? least * stride + more : least + random.nextInt(more + 4));
  }

  private int drawn(int otherwise) {
    return random == null ? otherwise : random.nextInt(30_000);
  }

  /** Nothing, or with random writes up to so many bytes. */
  private String some(int maxBytes) {
    return random == null ? "" : "x".repeat(random.nextInt(maxBytes));
  }

  /** By other threads, which stand for all those that a lock left behind would stop. */
  private void checkWhole() throws Exception {
    inTime(
        () -> {
          Map<String, String> seen = entries(store);
          require(seen.size() == store.size(), "size " + store.size() + " of " + seen.size());
          String first = seen.get("b1");
          require(first == null || first.equals(seen.get("b2")), "half a batch");
          require(first == null || first.equals(seen.get("old 3")), "half a batch");
          require(first == null || first.equals(seen.get("b3")), "half a batch");
          require(
              store.get("n1").equals(store.get("n2")),
              store.get("n1") + " and " + store.get("n2") + " of one batch");
          long revision = store.put("after", "value");
          require(store.revision() == revision, "the revision is " + store.revision());
          store.commit(new Batch().put("after", "batch").delete("old 1"));
          store.delete("after");
          return null;
        });
  }

  private void inTime(Callable<Void> check) throws Exception {
    Future<Void> result = others.submit(check);
    try {
      result.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (TimeoutException hangs) {
      Thread.getAllStackTraces()
          .forEach((thread, frames) -> System.err.println(thread + " " + Arrays.asList(frames)));
      require(false, "another thread hangs");
    } catch (java.util.concurrent.ExecutionException wrong) {
      wrong.getCause().printStackTrace();
      require(false, "another thread failed");
    }
  }

  private Map<String, String> entries(KVStore asked) {
    Map<String, String> entries = new TreeMap<>();
    for (Entry entry : everything(asked)) {
      entries.put(entry.keyString(), new String(entry.value(), StandardCharsets.UTF_8));
      require(
          asked.entry(entry.key()).equals(java.util.Optional.of(entry)),
          "get and scan differ at " + entry.keyString());
    }
    return entries;
  }

  private void require(boolean holds, String otherwise) {
    if (!holds) {
      System.err.println(failed + ": " + otherwise);
      Runtime.getRuntime().halt(1);
    }
  }
}
