package io.kvapp.bench.process;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** Folders of stores. */
public final class Folders {
  private Folders() {}

  /** Makes a folder and removes what is in it. */
  public static void empty(Path folder) throws IOException {
    if (Files.exists(folder)) {
      List<Path> inside;
      try (Stream<Path> tree = Files.walk(folder)) {
        inside = tree.sorted(Comparator.reverseOrder()).toList();
      }
      for (Path path : inside) {
        Files.delete(path);
      }
    }
    Files.createDirectories(folder);
  }

  /** Waits until nothing of the file system of a folder waits in memory for the disk. */
  public static void sync(Path folder) throws IOException, InterruptedException {
    new ProcessBuilder("sync", "-f", folder.toString()).inheritIO().start().waitFor();
  }

  /** Bytes that the files of a folder take from the disk, which holes in them do not. */
  public static double allocatedBytes(Path folder) throws IOException {
    Process process =
        new ProcessBuilder("du", "-s", "--block-size=1", folder.toString())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    String answer = new String(process.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
    return Long.parseLong(answer.substring(0, answer.indexOf('\t')));
  }
}
