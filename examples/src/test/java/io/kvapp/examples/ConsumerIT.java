package io.kvapp.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * A stranger's project with one dependency, which Maven has built in a repository of its own, run
 * without a flag on each JDK beside the one of this build.
 */
class ConsumerIT {
  private static final Path PROJECT = Path.of("target", "it", "consumer", "target");

  /** What a runtime image holds without the compiler and other tools of a JDK. */
  private static final String RUNTIME_MODULES =
      "java.base,java.logging,java.management,java.naming,java.net.http,java.sql,jdk.jfr,"
          + "jdk.unsupported";

  @TempDir Path folder;

  @Test
  void classPath_holdsNoTelemetry() throws IOException {
    assertThat(classPath()).contains("kvapp-server", "kvapp-core", "chronicle-map");
    assertThat(classPath()).doesNotContain("chronicle-analytics", "picocli", "slf4j-simple");
  }

  @TestFactory
  Stream<DynamicTest> consumer_onEachJdk_worksWithoutFlags() throws IOException {
    return jdks().entrySet().stream()
        .map(jdk -> dynamicTest("JDK " + jdk.getKey(), () -> check(jdk.getValue(), List.of())));
  }

  @TestFactory
  Stream<DynamicTest> consumer_onTheModulePath_worksWithoutFlags() throws IOException {
    return jdks().entrySet().stream()
        .map(
            jdk ->
                dynamicTest(
                    "JDK " + jdk.getKey(),
                    () -> check(jdk.getValue(), List.of(), onTheModulePath())));
  }

  @TestFactory
  Stream<DynamicTest> consumer_onTheModulePathWithDoorsShut_namesTheFlags() throws IOException {
    return jdks().entrySet().stream()
        .map(jdk -> dynamicTest("JDK " + jdk.getKey(), () -> checkWithDoorsShut(jdk.getValue())));
  }

  @TestFactory
  Stream<DynamicTest> consumer_withoutTheCompilersModule_works() throws IOException {
    List<String> runtimeOnly = List.of("--limit-modules", RUNTIME_MODULES);
    return jdks().entrySet().stream()
        .map(jdk -> dynamicTest("JDK " + jdk.getKey(), () -> check(jdk.getValue(), runtimeOnly)));
  }

  @Test
  void consumer_writesNothingIntoTheHomeFolder() throws Exception {
    Path home = Files.createDirectory(folder.resolve("home"));
    check(Path.of(System.getProperty("java.home")), List.of("-Duser.home=" + home));

    try (Stream<Path> files = Files.list(home)) {
      assertThat(files).isEmpty();
    }
  }

  private void checkWithDoorsShut(Path jdk) throws Exception {
    List<String> flags = new ArrayList<>(List.of("-Dkvapp.openModules=false"));
    try (Program consumer = start(jdk, flags, onTheModulePath())) {
      List<String> errors = consumer.errors();
      assertThat(errors).filteredOn(line -> line.contains("Exception")).hasSize(1);
      String error = errors.stream().filter(line -> line.contains("Exception")).findFirst().get();
      assertThat(error).contains("io.kvapp.KVException: ");
      flags.addAll(Stream.of(error.split(" ")).filter(word -> word.startsWith("--add-")).toList());
      assertThat(flags)
          .anyMatch(flag -> flag.endsWith("=chronicle.core,chronicle.map,io.kvapp.core"));
    }
    if (version(jdk) >= 24) {
      flags.add("--sun-misc-unsafe-memory-access=allow"); // else the JVM warns of Chronicle
    }
    check(jdk, flags, onTheModulePath());
  }

  private void check(Path jdk, List<String> flags) throws Exception {
    check(jdk, flags, List.of("-cp", classPath(), "demo.Consumer"));
  }

  private Program start(Path jdk, List<String> flags, List<String> program) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(jdk.resolve("bin").resolve("java").toString());
    command.addAll(flags);
    command.addAll(program);
    command.add(Files.createTempDirectory(folder, "data").toString());
    return Program.start(command);
  }

  private void check(Path jdk, List<String> flags, List<String> program) throws Exception {
    try (Program consumer = start(jdk, flags, program)) {
      List<String> errors = consumer.errors();
      assertThat(consumer.output())
          .as("%s", errors)
          .containsExactly("stored hello", "served 200", "kept hello");
      assertThat(consumer.exitCode()).isZero();
      // Without a logger on the class path SLF4J says so; the JVM and the libraries say nothing.
      assertThat(errors).allMatch(line -> line.startsWith("SLF4J"));
    }
  }

  private static List<String> onTheModulePath() throws IOException {
    return List.of("-p", classPath(), "-m", "demo.consumer/demo.Consumer");
  }

  private static String classPath() throws IOException {
    return PROJECT.resolve("classes")
        + System.getProperty("path.separator")
        + Files.readString(PROJECT.resolve("class-path")).strip();
  }

  /** The folder of one JDK of each version from 17 on, among those installed side by side. */
  private static TreeMap<Integer, Path> jdks() throws IOException {
    Path own = Path.of(System.getProperty("java.home")).toRealPath();
    TreeMap<Integer, Path> byVersion = new TreeMap<>();
    try (Stream<Path> neighbours = Files.list(own.getParent())) {
      for (Path jdk : neighbours.filter(each -> Files.exists(each.resolve("release"))).toList()) {
        if (version(jdk) >= 17) {
          byVersion.putIfAbsent(version(jdk), jdk);
        }
      }
    }
    byVersion.put(Runtime.version().feature(), own);
    return byVersion;
  }

  private static int version(Path jdk) throws IOException {
    Properties release = new Properties();
    try (Reader text = Files.newBufferedReader(jdk.resolve("release"))) {
      release.load(text);
    }
    String version = release.getProperty("JAVA_VERSION", "\"0\"").replace("\"", "");
    return Integer.parseInt(version.split("[.\\-+]")[0]);
  }
}
