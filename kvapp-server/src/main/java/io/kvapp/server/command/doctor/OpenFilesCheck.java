package io.kvapp.server.command.doctor;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;

/**
 * How many files and sockets a process may have open, against the connections that a server takes.
 *
 * <p>For one thread; used once.
 */
final class OpenFilesCheck implements Check {
  /** What the JVM and a store have open besides connections. */
  private static final int OWN_FILES = 200;

  private static final String NAME = "Max open files";

  private final Setup.Limits limits;
  private final OptionalLong maxFiles;

  /**
   * A check.
   *
   * @param maxFiles how many a process may have open; empty where that is not known
   */
  OpenFilesCheck(Setup.Limits limits, OptionalLong maxFiles) {
    this.limits = limits;
    this.maxFiles = maxFiles;
  }

  /** The limit of this process, as Linux tells it; the JVM has raised it as far as it may. */
  static OptionalLong ofThisProcess() {
    try {
      for (String line : Files.readAllLines(Path.of("/proc/self/limits"))) {
        if (line.startsWith(NAME)) {
          String soft = line.substring(NAME.length()).strip().split("\\s+")[0];
          return OptionalLong.of(soft.equals("unlimited") ? Long.MAX_VALUE : Long.parseLong(soft));
        }
      }
    } catch (IOException elsewhere) {
      // Not known.
    }
    return OptionalLong.empty();
  }

  @Override
  public List<Finding> findings() {
    if (maxFiles.isEmpty()) {
      return List.of();
    }
    long has = maxFiles.getAsLong();
    long needed = (long) limits.maxConnections() + limits.maxWatchers() + OWN_FILES;
    String fix =
        "raise it to %d or more (ulimit -n, LimitNOFILE of systemd), or lower --max-connections"
            .formatted(needed);
    if (has < OWN_FILES) {
      return List.of(
          Finding.fail(
              "open files", has + " at most, which is not enough for a store and its server", fix));
    }
    return List.of(
        has < needed
            ? Finding.warn(
                "open files",
                "%d at most, and %d connections and %d watchers may come"
                    .formatted(has, limits.maxConnections(), limits.maxWatchers()),
                fix)
            : Finding.ok(
                "open files",
                (has == Long.MAX_VALUE ? "no limit" : has + " at most") + "; " + needed + " do"));
  }
}
