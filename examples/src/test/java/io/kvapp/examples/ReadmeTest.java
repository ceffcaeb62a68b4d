package io.kvapp.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the README's first screen shows is typed here, and what it says comes out. */
class ReadmeTest {
  private static final Path README = Path.of("..", "README.md");
  private static final String DEFAULT_ADDRESS = "localhost:5000";
  private static final String PROMPT = "$ ";

  @TempDir Path folder;

  @Test
  void snippet_printsWhatTheReadmeSays() throws Exception {
    String snippet = block("java");
    Path source =
        Files.writeString(
            folder.resolve("Snippet.java"),
            "import io.kvapp.*;\n"
                + "class Snippet {\n  public static void main(String[] args) {\n"
                + snippet
                + "  }\n}\n");
    // Without the HTTP module, since its default port may be taken where this runs.
    String classPath =
        Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
            .filter(entry -> !entry.contains("kvapp-server"))
            .collect(Collectors.joining(File.pathSeparator));
    Path java = Path.of(System.getProperty("java.home"), "bin", "java");

    assertThat(snippet.lines()).hasSize(6);
    try (Program program =
        Program.startIn(
            folder,
            List.of(java.toString(), "-cp", classPath, source.toAbsolutePath().toString()))) {
      List<String> errors = program.errors();
      assertThat(program.output())
          .as("%s", errors)
          .containsExactlyElementsOf(block("text").lines().toList());
      assertThat(program.exitCode()).isZero();
    }
    assertThat(folder.resolve("kv_store")).isDirectory();
  }

  @Test
  void calls_answerWhatTheReadmeSays() throws Exception {
    assumeTrue(Program.areInstalled("sh", "curl"), "curl is not installed");
    List<String> commands = new ArrayList<>();
    List<String> answers = new ArrayList<>();
    for (String line : block("console").lines().toList()) {
      if (line.startsWith(PROMPT)) {
        commands.add(line.substring(PROMPT.length()));
      } else {
        answers.add(line);
      }
    }
    String data = folder.resolve("data").toString();
    try (Program launcher = Program.java(Launcher.class, "--port", "0", "--data", data)) {
      String welcome = String.join("\n", launcher.linesUntil("Its data is in"));
      Matcher address = Pattern.compile("http://(localhost:\\d+)").matcher(welcome);
      assertThat(address.find()).as(welcome).isTrue();
      String script = String.join("\n", commands).replace(DEFAULT_ADDRESS, address.group(1));

      assertThat(script).doesNotContain(DEFAULT_ADDRESS);
      assertThat(commands.stream().filter(command -> command.contains("curl "))).hasSize(4);
      try (Program shell = Program.start(List.of("sh", "-c", script))) {
        assertThat(shell.output()).containsExactlyElementsOf(answers);
        assertThat(shell.exitCode()).isZero();
      }
    }
  }

  /** The first block of the README in a language. */
  private static String block(String language) throws IOException {
    Matcher block =
        Pattern.compile("^```" + language + "\n(.*?)^```", Pattern.MULTILINE | Pattern.DOTALL)
            .matcher(Files.readString(README));
    assertThat(block.find()).as("a block of %s in %s", language, README).isTrue();
    return block.group(1);
  }
}
