package io.kvapp.bench.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Folders of stores. */
public final class Folders {
  private Folders() {}

  /** Removes a folder with all that is in it. */
  public static void delete(Path folder) throws IOException, InterruptedException {
    String complaint = Subprocess.output(List.of("rm", "-rf", folder.toString()));
    if (!complaint.isEmpty()) {
      throw new IOException(complaint.strip());
    }
  }

  /** Makes a folder, empty. */
  public static void empty(Path folder) throws IOException, InterruptedException {
    delete(folder);
    Files.createDirectories(folder);
  }

  /** Waits until the disk has everything that was written to the file system of a folder. */
  public static void sync(Path folder) throws IOException, InterruptedException {
    Subprocess.output(List.of("sync", "-f", folder.toString()));
  }

  /** Bytes that the files of a folder take from the disk, which holes in them do not. */
  public static double allocatedBytes(Path folder) throws IOException, InterruptedException {
    String answer = Subprocess.output(List.of("du", "-s", "--block-size=1", folder.toString()));
    // Lines before the last say which files went away meanwhile.
    String last = answer.lines().reduce((line, next) -> next).orElseThrow();
    return Long.parseLong(last.substring(0, last.indexOf('\t')));
  }
}
