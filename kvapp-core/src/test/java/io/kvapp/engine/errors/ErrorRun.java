package io.kvapp.engine.errors;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Runs processes whose calls of a store end with an {@link Error}. For one thread. */
public final class ErrorRun {
  private static final Pattern ERRORS = Pattern.compile("(\\d+) errors");

  private final Path scratch;
  private final long patienceSeconds;

  /**
   * A run.
   *
   * @param scratch an empty folder
   */
  public ErrorRun(Path scratch, long patienceSeconds) {
    this.scratch = scratch;
    this.patienceSeconds = patienceSeconds;
  }

  /**
   * How a process ended, and what it printed.
   *
   * @param ended whether it ended in time
   */
  public record Outcome(boolean ended, int status, String said) {
    public boolean isWell() {
      return ended && status == 0;
    }

    /** How many errors a process that ended well has had. */
    public int errors() {
      Matcher count = ERRORS.matcher(said);
      return count.find() ? Integer.parseInt(count.group(1)) : 0;
    }
  }

  /**
   * Has each call of a store end with an error, at one of its steps after the other.
   *
   * @param durability the name of one
   * @param error {@code memory} or {@code stack}
   * @param seed what is written, and which steps are left out
   */
  public Outcome randomSteps(String durability, String error, long seed) throws Exception {
    return steps(durability, error, seed, 0);
  }

  /**
   * Has each call of a store, with fixed writes, end with an error at every so many of its steps.
   *
   * @param durability the name of one
   * @param error {@code memory} or {@code stack}
   * @param stride 1 for every step
   * @param seed which of the first steps is the first
   */
  Outcome everyStep(String durability, String error, int stride, long seed) throws Exception {
    return steps(durability, error, seed, stride);
  }

  private Outcome steps(String durability, String error, long seed, int stride) throws Exception {
    return run(
        List.of("-Xmx128m", "-XX:TieredStopAtLevel=1", "-javaagent:" + agent()),
        ErrorChild.class,
        scratch.resolve("store").toString(),
        durability,
        error,
        Long.toString(seed),
        Integer.toString(stride));
  }

  private Path agent() throws IOException {
    Manifest manifest = new Manifest();
    manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
    manifest.getMainAttributes().putValue("Premain-Class", ErrorAgent.class.getName());
    Path jar = scratch.resolve("agent.jar");
    try (OutputStream out = Files.newOutputStream(jar)) {
      new JarOutputStream(out, manifest).close();
    }
    return jar;
  }

  Outcome run(List<String> flags, Class<?> main, String... arguments) throws Exception {
    Path output = scratch.resolve("output");
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(flags);
    command.addAll(List.of("-XX:+UseSerialGC", "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn"));
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
    command.addAll(List.of(arguments));
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    boolean ended = process.waitFor(patienceSeconds, TimeUnit.SECONDS);
    process.destroyForcibly().waitFor();
    String said = new String(Files.readAllBytes(output), StandardCharsets.UTF_8);
    return new Outcome(ended, process.exitValue(), said);
  }
}
