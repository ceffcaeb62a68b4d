package io.kvapp.engine.crash;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Bits that flip in files of open stores, in processes of their own, as a flip may end one. */
final class FlipCampaign {
  private static final int TIME_LIMIT_SECONDS = 300;
  private static final Pattern ROUND = Pattern.compile("flip (\\S+) (\\S+)");

  private FlipCampaign() {}

  /**
   * What came of it.
   *
   * @param outcomes how often a flip in which kind of file was noticed, harmless or hidden
   */
  record Flips(FaultCampaign.Result result, Map<String, Integer> outcomes) {}

  /** Has so many bits flip, one after the other, each in a store of its own. */
  static Flips run(int rounds, long seed) throws IOException, InterruptedException {
    Map<String, Integer> outcomes = new TreeMap<>();
    List<String> losses = new ArrayList<>();
    int done = 0;
    int noticed = 0;
    try (ScratchFolder scratch = ScratchFolder.inMemory()) {
      Path output = scratch.path().resolve("output");
      Process process =
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "-Xmx192m",
                  "-XX:+UseSerialGC",
                  "-XX:TieredStopAtLevel=1",
                  "-XX:ErrorFile=" + scratch.path().resolve("crash"),
                  "-XX:-CreateCoredumpOnCrash",
                  "-Dorg.slf4j.simpleLogger.defaultLogLevel=off",
                  "-cp",
                  System.getProperty("java.class.path"),
                  FlipChild.class.getName(),
                  scratch.path().resolve("stores").toString(),
                  Long.toString(seed),
                  Integer.toString(rounds))
              .redirectErrorStream(true)
              .redirectOutput(output.toFile())
              .start();
      boolean ended = process.waitFor(TIME_LIMIT_SECONDS, TimeUnit.SECONDS);
      process.destroyForcibly().waitFor();
      String said = new String(Files.readAllBytes(output), StandardCharsets.UTF_8);
      Matcher round = ROUND.matcher(said);
      int end = 0;
      while (round.find()) {
        done++;
        noticed += round.group(2).equals("noticed") ? 1 : 0;
        outcomes.merge(round.group(1) + " " + round.group(2), 1, Integer::sum);
        end = round.end();
      }
      if (!ended || process.exitValue() != 0 || done != rounds) {
        losses.add(
            (ended ? "status " + process.exitValue() : "did not end") + ": " + said.substring(end));
      }
    }
    return new Flips(new FaultCampaign.Result(done, noticed, losses), outcomes);
  }
}
