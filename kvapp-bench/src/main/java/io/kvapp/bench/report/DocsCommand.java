package io.kvapp.bench.report;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Puts the latest results where the documentation shows them. */
@Command(
    name = "docs",
    description = "Puts the latest results into docs/performance.md, and the plots beside it.",
    mixinStandardHelpOptions = true,
    showDefaultValues = true)
public final class DocsCommand implements Callable<Integer> {
  private static final List<String> PARTS = List.of("embedded", "http");

  @Option(names = "--results", description = "Where the results are.")
  private Path results = Path.of("kvapp-bench", "target", "bench-results");

  @Option(names = "--page", description = "The page; each part stands between its two comments.")
  private Path page = Path.of("docs", "performance.md");

  @Spec private CommandSpec specification;

  private DocsCommand() {}

  @Override
  public Integer call() throws IOException {
    String text = Files.readString(page);
    for (String part : PARTS) {
      if (Files.exists(results.resolve(part + ".md"))) {
        text = replaced(text, part, section(part));
      }
    }
    Files.writeString(page, text);
    return 0;
  }

  private String section(String part) throws IOException {
    StringBuilder section = new StringBuilder();
    JsonObject known =
        JsonParser.parseString(Files.readString(results.resolve(part + ".json")))
            .getAsJsonObject()
            .getAsJsonObject("circumstances");
    section.append("Measured on: ");
    section.append(
        known.entrySet().stream()
            .map(entry -> entry.getKey() + " " + entry.getValue().getAsString())
            .collect(Collectors.joining("; ")));
    section.append(".\n\n");
    for (Path plot : plots(part)) {
      Path name = plot.getFileName();
      Files.copy(plot, page.resolveSibling(name.toString()), StandardCopyOption.REPLACE_EXISTING);
      section.append("![KVApp to 1 of its peers](").append(name).append(")\n\n");
    }
    return section.append(Files.readString(results.resolve(part + ".md"))).toString();
  }

  private List<Path> plots(String part) throws IOException {
    try (Stream<Path> files = Files.list(results)) {
      return files
          .filter(file -> file.getFileName().toString().startsWith(part + "-"))
          .filter(file -> file.getFileName().toString().endsWith(".svg"))
          .sorted()
          .toList();
    }
  }

  private String replaced(String text, String part, String section) {
    String begin = "<!-- " + part + " -->";
    String end = "<!-- end of " + part + " -->";
    int from = text.indexOf(begin);
    int to = text.indexOf(end);
    if (from < 0 || to < from) {
      throw new ParameterException(
          specification.commandLine(),
          page + " has no lines \"" + begin + "\" and \"" + end + "\" to put the results between");
    }
    return text.substring(0, from + begin.length())
        + "\n"
        + section.strip()
        + "\n"
        + text.substring(to);
  }
}
