package io.kvapp.etcd;

import io.kvapp.Durability;
import io.kvapp.KVStore;
import io.kvapp.Scan;
import io.kvapp.StoreOptions;
import io.kvapp.Threads;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Measures puts, gets and pages of stores on etcd beside those of a store in a folder and of etcd's
 * own gateway from JSON, and prints a table. The argument is how many seconds each figure takes, 5
 * by default. Data is on the disk of the current folder.
 */
final class ClusterBench {
  private static final int THREADS = 16;
  private static final int ENTRIES = 10_000;
  private static final int PAGE = 100;
  private static final int VALUE_BYTES = 100;
  private static final String VALUE = "v".repeat(VALUE_BYTES);

  private final long nanos;

  private ClusterBench(long nanos) {
    this.nanos = nanos;
  }

  /** What is measured. */
  private interface Target {
    void put(String key) throws Exception;

    void get(String key) throws Exception;

    void page(String from) throws Exception;
  }

  private interface Step {
    void take(String key) throws Exception;
  }

  public static void main(String[] arguments) throws Exception {
    int seconds = arguments.length == 0 ? 5 : Integer.parseInt(arguments[0]);
    Path folder = Files.createTempDirectory(Path.of("").toAbsolutePath(), "bench");
    try {
      new ClusterBench(TimeUnit.SECONDS.toNanos(seconds)).run(folder);
    } finally {
      try (Stream<Path> files = Files.walk(folder)) {
        files.sorted(Comparator.reverseOrder()).forEach(each -> each.toFile().delete());
      }
    }
    System.exit(0);
  }

  private void run(Path folder) throws Exception {
    System.out.println(
        "| | put, 1 thread (ms) | puts a second | get, 1 thread (ms) | gets a second |"
            + " page of 100, 1 thread (ms) | pages a second |");
    System.out.println("|---|---:|---:|---:|---:|---:|---:|");
    try (KVStore local = KVStore.open(folder.resolve("os"))) {
      measure("a folder, `OS`", store(local));
    }
    StoreOptions synced = StoreOptions.defaults().withDurability(Durability.SYNC);
    try (KVStore local = KVStore.open(folder.resolve("sync"), synced)) {
      measure("a folder, `SYNC`", store(local));
    }
    for (int members : new int[] {1, 3}) {
      try (EtcdNodes nodes = EtcdNodes.of(folder.resolve("on" + members), members);
          KVStore store = KVStore.open(nodes.uri("bench"))) {
        String of = members == 1 ? "1 node" : members + " nodes";
        measure("etcd, " + of, store(store));
        measure("etcd's gateway, " + of, gateway(nodes.node(0)));
      }
    }
  }

  private void measure(String title, Target target) throws Exception {
    List<Callable<Integer>> filling = new ArrayList<>();
    for (int i = 0; i < THREADS; i++) {
      int first = i;
      filling.add(
          () -> {
            for (int j = first; j < ENTRIES; j += THREADS) {
              target.put(key(j));
            }
            return first;
          });
    }
    Threads.together(filling);
    System.out.printf(
        Locale.ROOT,
        "| %s | %.3f | %,.0f | %.3f | %,.0f | %.3f | %,.0f |%n",
        title,
        1_000 / rate(1, target::put),
        rate(THREADS, target::put),
        1_000 / rate(1, target::get),
        rate(THREADS, target::get),
        1_000 / rate(1, target::page),
        rate(THREADS, target::page));
  }

  private static String key(int number) {
    return "key/%08d".formatted(number);
  }

  /** How many steps a second so many threads take, the second half of the time counted. */
  private double rate(int threads, Step step) {
    long begin = System.nanoTime();
    List<Callable<Long>> work = new ArrayList<>();
    for (int i = 0; i < threads; i++) {
      SplittableRandom random = new SplittableRandom(i);
      work.add(
          () -> {
            long counted = 0;
            for (long now = begin; now - begin < nanos; now = System.nanoTime()) {
              step.take(key(random.nextInt(ENTRIES)));
              counted += now - begin > nanos / 2 ? 1 : 0;
            }
            return counted;
          });
    }
    long steps = Threads.together(work).stream().mapToLong(each -> each).sum();
    return steps * 2e9 / nanos;
  }

  private static Target store(KVStore store) {
    return new Target() {
      @Override
      public void put(String key) {
        store.put(key, VALUE);
      }

      @Override
      public void get(String key) {
        store.get(key).orElseThrow();
      }

      @Override
      public void page(String from) {
        store.scan(Scan.range(from, null).limit(PAGE));
      }
    };
  }

  private static Target gateway(EtcdNode node) {
    HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    String root = "http://" + node.clientAddress() + "/v3/kv/";
    return new Target() {
      @Override
      public void put(String key) throws Exception {
        send("put", "{\"key\":\"" + base64(key) + "\",\"value\":\"" + base64(VALUE) + "\"}");
      }

      @Override
      public void get(String key) throws Exception {
        send("range", "{\"key\":\"" + base64(key) + "\"}");
      }

      @Override
      public void page(String from) throws Exception {
        String end = base64("key0");
        send(
            "range",
            "{\"key\":\""
                + base64(from)
                + "\",\"range_end\":\""
                + end
                + "\",\"limit\":"
                + PAGE
                + "}");
      }

      private void send(String call, String body) throws IOException, InterruptedException {
        HttpRequest request =
            HttpRequest.newBuilder(URI.create(root + call))
                .POST(BodyPublishers.ofString(body))
                .build();
        HttpResponse<String> response = client.send(request, BodyHandlers.ofString());
        if (response.statusCode() != 200) {
          throw new IOException(response.body());
        }
      }
    };
  }

  private static String base64(String text) {
    return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }
}
