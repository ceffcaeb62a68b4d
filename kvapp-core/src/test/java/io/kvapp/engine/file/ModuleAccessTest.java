package io.kvapp.engine.file;

import static org.assertj.core.api.Assertions.assertThat;

import io.kvapp.engine.hashtable.HashTable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs child JVMs, since this one is open already. */
final class ModuleAccessTest {
  private static final String WITHOUT_COMPILER =
      "java.base,java.management,java.naming,jdk.unsupported";

  @TempDir Path folder;

  /** What a child runs: a whole life of a view. */
  static final class Child {
    public static void main(String[] arguments) throws IOException {
      Path file = Path.of(arguments[0]);
      byte[] key = {1};
      HashTable made = HashTable.create(new Disk(), file, 16_384, 23, 100, false);
      made.put(key, 1, 0, key);
      int[] sums = made.finish();
      try (HashTable view = HashTable.open(file, 16_384, 23, 100, sums)) {
        System.out.print("found " + view.get(key).revision());
      }
    }
  }

  @Test
  void open_noFlagsNoCompiler_worksWithoutAWord() throws Exception {
    // A trap for Chronicle, which would else take system properties from the current folder.
    Files.writeString(folder.resolve("system.properties"), "kvapp.trap=sprung");
    assertThat(run("--limit-modules", WITHOUT_COMPILER)).isEqualTo("found 1");
    try (var left = Files.list(folder)) {
      assertThat(left.map(path -> path.getFileName().toString()))
          .containsExactlyInAnyOrder("map", "system.properties");
    }
  }

  @Test
  void open_turnedOff_namesEveryFlagInOneLine() throws Exception {
    String output = run("-Dkvapp.openModules=false");
    String line = output.lines().filter(s -> s.contains("IllegalStateException")).findFirst().get();
    assertThat(line)
        .contains("--add-opens=java.base/java.lang=ALL-UNNAMED")
        .contains("--add-opens=java.base/java.lang.reflect=ALL-UNNAMED")
        .contains("--add-exports=java.base/sun.nio.ch=ALL-UNNAMED");
    assertThat(output).doesNotContain("InaccessibleObjectException");

    List<String> flags = new ArrayList<>(List.of("-Dkvapp.openModules=false"));
    for (String word : line.split(" ")) {
      if (word.startsWith("--add-")) {
        flags.add(word);
      }
    }
    assertThat(run(flags.toArray(String[]::new))).endsWith("found 1");
  }

  private String run(String... flags) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of(flags));
    // No logger is on the class path, of which slf4j would tell; and a home that stays empty.
    command.addAll(
        List.of(
            "-Dslf4j.internal.verbosity=ERROR",
            "-Dorg.slf4j.simpleLogger.log.net.openhft=warn",
            "-Duser.home=" + folder));
    command.addAll(List.of("-cp", absolute(System.getProperty("java.class.path"))));
    command.addAll(List.of(Child.class.getName(), folder.resolve("map").toString()));
    Process child =
        new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true).start();
    String output = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    child.waitFor();
    return output;
  }

  private static String absolute(String classPath) {
    List<String> parts = new ArrayList<>();
    for (String part : classPath.split(java.io.File.pathSeparator)) {
      parts.add(Path.of(part).toAbsolutePath().toString());
    }
    return String.join(java.io.File.pathSeparator, parts);
  }
}
