package io.kvapp.server.command.doctor;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Whether the clock is behind the newest file of the folder, and so was set back.
 *
 * <p>For one thread; used once.
 */
final class ClockCheck implements Check {
  /** Some file systems tell even seconds only. */
  private static final Duration TOLERANCE = Duration.ofSeconds(2);

  private final Path folder;
  private final InstantSource clock;

  ClockCheck(Path folder, InstantSource clock) {
    this.folder = folder;
    this.clock = clock;
  }

  @Override
  public List<Finding> findings() {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    Instant now = clock.instant();
    Optional<Instant> newest = newest();
    if (newest.isEmpty()) {
      return List.of();
    }
    Duration ahead = Duration.between(now, newest.get());
    return List.of(
        ahead.compareTo(TOLERANCE) > 0
            ? Finding.warn(
                "clock",
                now + " is " + ahead.toSeconds() + " s behind the newest file of the folder",
                "set the clock, best by NTP: entries that had expired come back, and tokens are not"
                    + " valid yet")
            : Finding.ok("clock", now + ", behind which no file of the folder is"));
  }

  private Optional<Instant> newest() {
    try (Stream<Path> files = Files.list(folder)) {
      return files.flatMap(ClockCheck::modified).max(Instant::compareTo);
    } catch (IOException | UncheckedIOException unreadable) {
      return Optional.empty();
    }
  }

  /** A store that is open deletes files meanwhile. */
  private static Stream<Instant> modified(Path file) {
    try {
      return Stream.of(Files.getLastModifiedTime(file).toInstant());
    } catch (IOException gone) {
      return Stream.empty();
    }
  }
}
