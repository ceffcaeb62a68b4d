package io.kvapp;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/** The folder of a store as a kill at this moment would leave it. */
public final class FolderCopy {
  private FolderCopy() {}

  /**
   * Copies a store's folder, which may be open as long as nobody writes to it: from the start again
   * when files came or went or the manifest was written meanwhile, as upkeep goes on by itself and
   * what is copied on both sides of such a step no kill leaves.
   *
   * @param from if it is not there, the copy is empty
   * @param to is made, and emptied if it is there
   */
  public static void copy(Path from, Path to) {
    try {
      while (!isCopied(from, to)) {
        Thread.onSpinWait();
      }
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  private static boolean isCopied(Path from, Path to) throws IOException {
    Files.createDirectories(to);
    for (Path old : files(to)) {
      Files.delete(old);
    }
    List<Path> files = files(from);
    try {
      byte[] manifest = manifest(from);
      for (Path file : files) {
        Files.copy(file, to.resolve(file.getFileName()));
      }
      return files.equals(files(from)) && Arrays.equals(manifest, manifest(from));
    } catch (NoSuchFileException gone) {
      return false;
    }
  }

  private static byte[] manifest(Path folder) throws IOException {
    Path file = folder.resolve("MANIFEST");
    return Files.exists(file) ? Files.readAllBytes(file) : new byte[0];
  }

  private static List<Path> files(Path folder) throws IOException {
    if (!Files.exists(folder)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(folder)) {
      return files.sorted().toList();
    }
  }
}
