package io.kvapp.engine.crash;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** A folder for one run, deleted at its end. For one thread. */
public final class ScratchFolder implements AutoCloseable {
  private static final Path MEMORY = Path.of("/dev/shm");

  private final Path path;

  private ScratchFolder(Path path) {
    this.path = path;
  }

  /** A folder on a file system in memory where there is one, since it is many times faster. */
  public static ScratchFolder inMemory() throws IOException {
    return new ScratchFolder(
        Files.isWritable(MEMORY)
            ? Files.createTempDirectory(MEMORY, "kvapp")
            : Files.createTempDirectory("kvapp"));
  }

  public Path path() {
    return path;
  }

  @Override
  public void close() throws IOException {
    List<Path> deepestFirst;
    try (Stream<Path> files = Files.walk(path)) {
      deepestFirst = files.sorted(Comparator.reverseOrder()).toList();
    }
    for (Path file : deepestFirst) {
      Files.delete(file);
    }
  }
}
