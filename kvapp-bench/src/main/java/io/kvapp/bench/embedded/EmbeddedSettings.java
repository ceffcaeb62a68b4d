package io.kvapp.bench.embedded;

import io.kvapp.bench.engine.EngineKind;
import java.nio.file.Path;
import java.util.List;

/**
 * What an embedded run measures.
 *
 * @param work where the stores and logs lie; emptied first
 * @param kinds the stores
 * @param workloads the workloads
 * @param entries how many entries are loaded
 * @param valueBytes the size of a value
 * @param rounds how often each workload is measured
 * @param warmMillis how long each one runs before its first measurement, in its first round
 * @param measureMillis how long each measurement takes
 * @param heapMegabytes the heap of each engine's JVM
 * @param mostSeconds how long one engine may take to grow, and to shrink
 * @param profile whether KVApp's JVM records a profile
 */
record EmbeddedSettings(
    Path work,
    List<EngineKind> kinds,
    List<Workload> workloads,
    long entries,
    int valueBytes,
    int rounds,
    int warmMillis,
    int measureMillis,
    long heapMegabytes,
    long mostSeconds,
    boolean profile) {

  String run() {
    String count =
        entries % 1_000_000 == 0
            ? entries / 1_000_000 + " M"
            : entries % 1_000 == 0 ? entries / 1_000 + " k" : Long.toString(entries);
    String size =
        valueBytes >= 1 << 20
            ? (valueBytes >> 20) + " MiB"
            : valueBytes >= 1 << 10 && valueBytes % (1 << 10) == 0
                ? (valueBytes >> 10) + " KiB"
                : valueBytes + " B";
    return count + " x " + size;
  }
}
