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

  /** Several times what any run needs; containers often have 64 MiB of memory for files. */
  private static final long ROOM = 1L << 30;

  private final Path path;

  private ScratchFolder(Path path) {
    this.path = path;
  }

  /** A folder on a file system in memory where one has room, since it is many times faster. */
  public static ScratchFolder inMemory() throws IOException {
    boolean fits = Files.isWritable(MEMORY) && Files.getFileStore(MEMORY).getUsableSpace() >= ROOM;
    return new ScratchFolder(
        fits ? Files.createTempDirectory(MEMORY, "kvapp") : Files.createTempDirectory("kvapp"));
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
