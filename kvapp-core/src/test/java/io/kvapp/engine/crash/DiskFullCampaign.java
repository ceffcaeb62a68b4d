package io.kvapp.engine.crash;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Stores on small file systems in memory that get full at random points. Needs root on Linux. */
final class DiskFullCampaign {
  private static final int TIME_LIMIT_SECONDS = 180;
  private static final Pattern SUCCESS = Pattern.compile("refusals (\\d+), entries \\d+");

  private DiskFullCampaign() {}

  /** What came of so many children; empty where no file system can be mounted. */
  static Optional<FaultCampaign.Result> run(int cycles, long firstSeed) throws Exception {
    int refusals = 0;
    List<String> losses = new ArrayList<>();
    for (int i = 0; i < cycles; i++) {
      long seed = firstSeed + i;
      try (ScratchFolder scratch = ScratchFolder.inMemory()) {
        Path disk = Files.createDirectory(scratch.path().resolve("disk"));
        if (!succeeds("mount", "-t", "tmpfs", "-o", "size=64m", "none", disk.toString())) {
          return Optional.empty();
        }
        try {
          String said = child(scratch.path(), disk, seed);
          Matcher success = SUCCESS.matcher(said);
          if (success.find()) {
            refusals += Integer.parseInt(success.group(1));
          } else {
            losses.add("seed " + seed + ": " + said);
          }
        } finally {
          succeeds("umount", disk.toString());
        }
      }
    }
    return Optional.of(new FaultCampaign.Result(cycles, refusals, losses));
  }

  private static boolean succeeds(String... command) throws InterruptedException {
    try {
      Process process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      return process.waitFor(TIME_LIMIT_SECONDS, TimeUnit.SECONDS) && process.exitValue() == 0;
    } catch (IOException absent) {
      return false;
    }
  }

  /** Runs a child; what it printed, or how it ended where that was not well. */
  private static String child(Path folder, Path disk, long seed) throws Exception {
    Path output = folder.resolve("output");
    ProcessBuilder builder =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Duser.language=de",
                "-Duser.country=DE",
                "-Dorg.slf4j.simpleLogger.defaultLogLevel=off",
                "-cp",
                System.getProperty("java.class.path"),
                DiskFullChild.class.getName(),
                disk.toString(),
                Long.toString(seed))
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile());
    // The system's messages in another language, where it has one.
    builder.environment().putAll(Map.of("LC_ALL", "C.UTF-8", "LANGUAGE", "de"));
    Process process = builder.start();
    boolean ended = process.waitFor(TIME_LIMIT_SECONDS, TimeUnit.SECONDS);
    if (!ended) {
      process.destroyForcibly().waitFor();
      return "did not end; " + Files.readString(output);
    }
    String said = Files.readString(output, StandardCharsets.ISO_8859_1);
    return process.exitValue() == 0 ? said : "status " + process.exitValue() + ": " + said;
  }
}
