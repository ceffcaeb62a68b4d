package io.kvapp.bench.report;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonElement;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Writes the figures of a run for programs to read. */
public final class ResultFiles {
  private ResultFiles() {}

  /**
   * Writes all figures as CSV and, with what they were measured on, as JSON.
   *
   * @param folder made if it is not there
   * @param name of both files, without an ending
   */
  public static void write(
      Path folder, String name, Map<String, String> circumstances, Samples samples)
      throws IOException {
    Files.createDirectories(folder);
    List<String> lines = new ArrayList<>();
    lines.add("run,measure,threads,subject,round,value,unit");
    for (Sample sample : samples.all()) {
      lines.add(
          String.join(
              ",",
              quoted(sample.run()),
              quoted(sample.measure()),
              Integer.toString(sample.threads()),
              quoted(sample.subject()),
              Integer.toString(sample.round()),
              Double.toString(sample.value()),
              quoted(sample.unit())));
    }
    Files.write(folder.resolve(name + ".csv"), lines);
    Files.writeString(
        folder.resolve(name + ".json"),
        new GsonBuilder()
            .setPrettyPrinting()
            .create()
            .toJson(Map.of("circumstances", circumstances, "samples", samples.all())));
  }

  /** The figures that were written as JSON; none where there is no such file. */
  public static Samples read(Path folder, String name) throws IOException {
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

  private static String quoted(String text) {
    return '"' + text.replace("\"", "\"\"") + '"';
  }
}
