package io.kvapp.bench.report;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonElement;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** The files that a run leaves behind. */
final class ResultFiles {
  private ResultFiles() {}

  /**
   * Writes all figures and the circumstances of their measurement as JSON.
   *
   * @param folder made if it is not there
   * @param name of the file, without an ending
   */
  static void write(Path folder, String name, Map<String, String> circumstances, Samples samples)
      throws IOException {
    Files.createDirectories(folder);
    Files.writeString(
        folder.resolve(name + ".json"),
        new GsonBuilder()
            .setPrettyPrinting()
            .create()
            .toJson(Map.of("circumstances", circumstances, "samples", samples.all())));
  }

  /** The figures that were written; none where there is no such file. */
  static Samples read(Path folder, String name) throws IOException {
    Samples samples = new Samples();
    Path file = folder.resolve(name + ".json");
    if (Files.exists(file)) {
      JsonElement all =
          JsonParser.parseString(Files.readString(file)).getAsJsonObject().get("samples");
      for (Sample sample : new Gson().fromJson(all, Sample[].class)) {
        samples.add(sample);
      }
    }
    return samples;
  }

  /**
   * Writes, beside the figures, a plot for each run, and a page with the circumstances, the plots
   * and tables.
   *
   * @param others the subjects that {@code subject} is compared with in the plots
   */
  static void writePage(
      Path folder,
      String name,
      Map<String, String> circumstances,
      Samples samples,
      String subject,
      List<String> others,
      String tables)
      throws IOException {
    StringBuilder page = new StringBuilder();
    page.append(
        circumstances.entrySet().stream()
            .map(entry -> entry.getKey() + " " + entry.getValue())
            .collect(Collectors.joining("; ", "Measured on: ", ".\n\n")));
    for (String run : samples.distinct(Sample::run)) {
      Samples measured = samples.where(sample -> sample.run().equals(run));
      Optional<String> plot = RatioPlot.draw(measured, subject, others);
      if (plot.isPresent()) {
        String file = name + "-" + run.replaceAll("[^A-Za-z0-9]+", "-") + ".svg";
        Files.writeString(folder.resolve(file), plot.get());
        page.append("![").append(subject).append(" to 1 of its peers](").append(file);
        page.append(")\n\n");
      }
    }
    Files.writeString(folder.resolve(name + ".md"), page.append(tables));
  }
}
