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
    SYNC
  }

  /** The name by which it is asked for, such as {@code get/2} or {@code sync-put/16}. */
  String name() {
    return (phase == Phase.SYNC ? "sync-" : "") + benchmark + "/" + threads;
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
