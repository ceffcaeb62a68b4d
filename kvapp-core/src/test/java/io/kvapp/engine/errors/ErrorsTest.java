package io.kvapp.engine.errors;

import static org.assertj.core.api.Assertions.assertThat;

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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A store whose callers, or whose own threads, run out of memory or of stack. */
@Timeout(120)
class ErrorsTest {
  @TempDir Path scratch;

  @ParameterizedTest
  @CsvSource({"OS,memory", "SYNC,memory", "OS,stack", "SYNC,stack"})
  void error_atAnyStepOfACall_leavesAWholeStoreThatGoesOn(String durability, String error)
      throws Exception {
    run(
        List.of("-Xmx128m", "-javaagent:" + agent()),
        ErrorChild.class,
        scratch.resolve("store").toString(),
        durability,
        error);
  }

  @Test
  void stack_thatEndsAtAnyDepthOfACall_leavesNoLockBehind() throws Exception {
    run(List.of("-Xmx128m"), StackChild.class, scratch.resolve("store").toString());
  }

  @Test
  void heap_thatOtherCodeFills_failsCallsAndNothingElse() throws Exception {
    run(List.of("-Xmx48m"), HeapChild.class, scratch.resolve("store").toString(), "6");
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

  private void run(List<String> flags, Class<?> main, String... arguments) throws Exception {
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
    boolean ended = process.waitFor(90, TimeUnit.SECONDS);
    process.destroyForcibly().waitFor();

    String said = new String(Files.readAllBytes(output), StandardCharsets.UTF_8);
    assertThat(ended).as(said).isTrue();
    assertThat(process.exitValue()).as(said).isZero();
  }
}
