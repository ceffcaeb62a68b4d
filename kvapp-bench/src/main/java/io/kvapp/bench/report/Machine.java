package io.kvapp.bench.report;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;

/** The machine that a run is measured on. */
final class Machine {
  private Machine() {}

  /** Processor, memory, kernel, file system, JVM, load and time, as far as they can be told. */
  static Map<String, String> circumstances(Path work) throws IOException {
    Map<String, String> known = new LinkedHashMap<>();
    known.put(
        "processors",
        Runtime.getRuntime().availableProcessors() + " x " + line("/proc/cpuinfo", "model name"));
    known.put("memory", line("/proc/meminfo", "MemTotal"));
    known.put("system", System.getProperty("os.name") + " " + System.getProperty("os.version"));
    known.put("file system", Files.getFileStore(work).type());
    known.put("java", System.getProperty("java.vm.name") + " " + Runtime.version());
    double load = ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage();
    known.put("load by others at the start", load < 0 ? "unknown" : MarkdownTable.figure(load));
    known.put("time", Instant.now().truncatedTo(ChronoUnit.MINUTES).toString());
    return known;
  }

  private static String line(String file, String name) throws IOException {
    Path path = Path.of(file);
    if (!Files.isReadable(path)) {
      return "unknown";
    }
    try (Stream<String> lines = Files.lines(path)) {
      return lines
          .filter(line -> line.startsWith(name))
          .map(line -> line.substring(line.indexOf(':') + 1).strip())
          .findFirst()
          .orElse("unknown");
    }
  }
}
