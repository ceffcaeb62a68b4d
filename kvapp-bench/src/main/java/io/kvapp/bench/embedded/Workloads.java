package io.kvapp.bench.embedded;

import io.kvapp.bench.embedded.Workload.Phase;
import java.util.ArrayList;
import java.util.List;

/** Which workloads a mode has. */
final class Workloads {
  private Workloads() {}

  /** Those that a few minutes allow for. */
  static List<Workload> shortMode() {
    List<Workload> all = new ArrayList<>();
    add(all, Phase.READ, "(drawing a key)", "key", 2);
    add(all, Phase.READ, "get", "get", 1, 2);
    add(all, Phase.READ, "get, not there", "miss", 2);
    add(all, Phase.READ, "page of 100", "page100", 1, 2);
    add(all, Phase.READ, "page of 100, reverse", "reverse100", 2);
    add(all, Phase.READ, "YCSB C", "ycsbC", 2);
    add(all, Phase.WRITE, "overwrite", "put", 1, 2);
    add(all, Phase.WRITE, "insert", "insert", 2);
    add(all, Phase.WRITE, "delete", "delete", 1);
    add(all, Phase.WRITE, "batch of 100", "batch", 1);
    add(all, Phase.WRITE, "YCSB A (50/50)", "ycsbA", 2);
    add(all, Phase.WRITE, "YCSB B (95/5)", "ycsbB", 2);
    add(all, Phase.WRITE, "YCSB E (pages)", "ycsbE", 2);
    add(all, Phase.SYNC, "overwrite, synced", "put", 1, 4, 16);
    return all;
  }

  /** All of them. */
  static List<Workload> fullMode() {
    List<Workload> all = new ArrayList<>();
    add(all, Phase.READ, "(drawing a key)", "key", 1, 2);
    add(all, Phase.READ, "get", "get", 1, 2);
    add(all, Phase.READ, "get, not there", "miss", 1, 2);
    add(all, Phase.READ, "page of 10", "page10", 1, 2);
    add(all, Phase.READ, "page of 100", "page100", 1, 2);
    add(all, Phase.READ, "page of 1,000", "page1000", 1, 2);
    add(all, Phase.READ, "page of 100, reverse", "reverse100", 1, 2);
    add(all, Phase.READ, "YCSB C", "ycsbC", 1, 2);
    add(all, Phase.WRITE, "overwrite", "put", 1, 2);
    add(all, Phase.WRITE, "insert", "insert", 1, 2);
    add(all, Phase.WRITE, "delete", "delete", 1, 2);
    add(all, Phase.WRITE, "batch of 100", "batch", 1, 2);
    add(all, Phase.WRITE, "YCSB A (50/50)", "ycsbA", 1, 2);
    add(all, Phase.WRITE, "YCSB B (95/5)", "ycsbB", 1, 2);
    add(all, Phase.WRITE, "YCSB E (pages)", "ycsbE", 1, 2);
    add(all, Phase.LONG, "overwrite, 20 times as long", "put", 2);
    add(all, Phase.SYNC, "overwrite, synced", "put", 1, 4, 16);
    return all;
  }

  /** Those that values of different sizes are measured with. */
  static List<Workload> valueSizes() {
    List<Workload> all = new ArrayList<>();
    add(all, Phase.READ, "get", "get", 2);
    add(all, Phase.READ, "page of 10", "page10", 2);
    add(all, Phase.WRITE, "overwrite", "put", 2);
    return all;
  }

  private static void add(
      List<Workload> all, Phase phase, String title, String benchmark, int... threads) {
    for (int count : threads) {
      all.add(new Workload(title, benchmark, count, phase));
    }
  }
}
