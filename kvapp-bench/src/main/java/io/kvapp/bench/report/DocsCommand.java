package io.kvapp.bench.report;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.concurrent.Callable;
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
  @Option(names = "--results", description = "Where the results are.")
  private Path results = Path.of("kvapp-bench", "target", "bench-results");

  @Option(names = "--page", description = "The page; each part stands between its two comments.")
  private Path page = Path.of("docs", "performance.md");

  @Spec private CommandSpec specification;

  private DocsCommand() {}

  @Override
  public Integer call() throws IOException {
    String text = Files.readString(page);
    for (String part : List.of("embedded", "http")) {
      Path section = results.resolve(part + ".md");
      if (Files.exists(section)) {
        text = replaced(text, part, Files.readString(section).strip());
        copyPlots(part);
      }
    }
    Files.writeString(page, text);
    return 0;
  }

  private void copyPlots(String part) throws IOException {
    try (DirectoryStream<Path> plots = Files.newDirectoryStream(results, part + "-*.svg")) {
      for (Path plot : plots) {
        Path target = page.resolveSibling(plot.getFileName().toString());
        Files.copy(plot, target, StandardCopyOption.REPLACE_EXISTING);
      }
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
    return text.substring(0, from) + begin + "\n" + section + "\n" + text.substring(to);
  }
}
