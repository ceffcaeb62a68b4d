package io.kvapp.bench.embedded;

import io.kvapp.bench.engine.EngineKind;

/**
 * One benchmark with a number of threads.
 *
 * @param title what it does, for tables
 * @param benchmark the name of the JMH method
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

  /** The name by which it is asked for, such as {@code get/2} or {@code sync-put/16}. */
  String name() {
    String prefix =
        switch (phase) {
          case READ, WRITE -> "";
          case LONG -> "long-";
          case SYNC -> "sync-";
        };
    return prefix + benchmark + "/" + threads;
  }

  /** How long it is measured where others are measured for so long. */
  int measureMillis(int others) {
    return phase == Phase.LONG ? others * TIMES_AS_LONG : others;
  }

  boolean writes() {
    return phase != Phase.READ;
  }

  boolean runsOn(EngineKind kind) {
    boolean ordered =
        benchmark.startsWith("page")
            || benchmark.startsWith("reverse")
            || benchmark.equals("ycsbE");
    return (!ordered || kind.isOrdered())
        && (phase != Phase.SYNC || kind.syncs())
        && (!benchmark.equals("key") || kind == EngineKind.KVAPP);
  }
}
