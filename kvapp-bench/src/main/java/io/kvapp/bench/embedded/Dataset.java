package io.kvapp.bench.embedded;

import io.kvapp.bench.report.Samples;
import java.nio.file.Path;

/**
 * Entries that stores hold while they are measured.
 *
 * @param options how it is measured
 * @param work where the stores and logs lie
 * @param samples take the figures
 * @param entries how many entries there are
 * @param valueBytes the size of each value
 */
record Dataset(EmbeddedCommand options, Path work, Samples samples, long entries, int valueBytes) {

  /** The name in tables, such as {@code 1 M x 100 B}. */
  String name() {
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
