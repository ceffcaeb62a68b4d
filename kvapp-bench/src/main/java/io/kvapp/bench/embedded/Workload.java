package io.kvapp.bench.embedded;

import io.kvapp.bench.engine.EngineKind;
import java.util.ArrayList;
import java.util.List;

/**
 * One of the {@link Benchmarks} with a number of threads.
 *
 * @param title the name in tables
 * @param benchmark the name of the method
 * @param threads how many threads run it at once
 * @param phase with which others it is measured
 */
record Workload(String title, String benchmark, int threads, Phase phase) {
  /** When a workload is measured: those that only read come first, on a freshly loaded store. */
  enum Phase {
    READ,
    WRITE,

    /** Writes that are measured for so long that the engine's background work is part of it. */
    LONG,
    SYNC
  }

  private static final int TIMES_AS_LONG = 20;
  private static final int[] NONE = {};
  private static final int[] ONE = {1};
  private static final int[] TWO = {2};
  private static final int[] ONE_AND_TWO = {1, 2};
  private static final int[] MANY = {1, 4, 16};

  /** The workloads of full mode, or those that a few minutes allow for. */
  static List<Workload> all(boolean full) {
    List<Workload> all = new ArrayList<>();
    add(all, Phase.READ, "(drawing a key)", "key", full ? ONE_AND_TWO : TWO);
    add(all, Phase.READ, "get", "get", ONE_AND_TWO);
    add(all, Phase.READ, "get, not there", "miss", full ? ONE_AND_TWO : TWO);
    add(all, Phase.READ, "page of 10", "page10", full ? ONE_AND_TWO : NONE);
    add(all, Phase.READ, "page of 100", "page100", ONE_AND_TWO);
    add(all, Phase.READ, "page of 1,000", "page1000", full ? ONE_AND_TWO : NONE);
    add(all, Phase.READ, "page of 100, reverse", "reverse100", full ? ONE_AND_TWO : TWO);
    add(all, Phase.READ, "YCSB C", "ycsbC", full ? ONE_AND_TWO : TWO);
    add(all, Phase.WRITE, "overwrite", "put", ONE_AND_TWO);
    add(all, Phase.WRITE, "insert", "insert", full ? ONE_AND_TWO : TWO);
    add(all, Phase.WRITE, "delete", "delete", full ? ONE_AND_TWO : ONE);
    add(all, Phase.WRITE, "batch of 100", "batch", full ? ONE_AND_TWO : ONE);
    add(all, Phase.WRITE, "YCSB A (50/50)", "ycsbA", full ? ONE_AND_TWO : TWO);
    add(all, Phase.WRITE, "YCSB B (95/5)", "ycsbB", full ? ONE_AND_TWO : TWO);
    add(all, Phase.WRITE, "YCSB E (pages)", "ycsbE", full ? ONE_AND_TWO : TWO);
    add(all, Phase.LONG, "overwrite, 20 times as long", "put", full ? TWO : NONE);
    add(all, Phase.SYNC, "overwrite, synced", "put", MANY);
    return all;
  }

  /** Those that values of different sizes are measured with. */
  static List<Workload> ofValueSizes() {
    return all(true).stream()
        .filter(each -> List.of("get/2", "page10/2", "put/2").contains(each.name()))
        .toList();
  }

  private static void add(
      List<Workload> all, Phase phase, String title, String benchmark, int[] threads) {
    for (int count : threads) {
      all.add(new Workload(title, benchmark, count, phase));
    }
  }

  /** The name by which it is asked for, such as {@code get/2} or {@code sync-put/16}. */
  String name() {
    String prefix = phase == Phase.LONG ? "long-" : phase == Phase.SYNC ? "sync-" : "";
    return prefix + benchmark + "/" + threads;
  }

  /** How long it is measured where others are measured for so long. */
  int measureMillis(int others) {
    return phase == Phase.LONG ? others * TIMES_AS_LONG : others;
  }

  boolean runsOn(EngineKind kind) {
    return switch (benchmark) {
      case "page10", "page100", "page1000", "reverse100", "ycsbE" -> kind.isOrdered();
      case "key" -> kind == EngineKind.KVAPP;
      default -> true;
    };
  }
}
