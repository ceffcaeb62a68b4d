package io.kvapp.server.transfer;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes a backup whenever the last scheduled one is old enough, through restarts: when it was made
 * is in its name. One that fails is tried again after an hour, or sooner if they are made more
 * often.
 *
 * <p>All methods may be called from any thread.
 */
public final class BackupSchedule implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(BackupSchedule.class);
  private static final DateTimeFormatter NAME =
      DateTimeFormatter.ofPattern("'auto-'uuuuMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);
  private static final Duration RETRY = Duration.ofHours(1);

  /** A clock that is set, or a machine that has slept, is noticed this late. */
  private static final long MAX_WAIT_NANOS = TimeUnit.SECONDS.toNanos(30);

  private final Backups backups;
  private final Duration every;
  private final InstantSource clock;
  private final ReentrantLock upkeep;
  private final CountDownLatch closed = new CountDownLatch(1);
  private Instant notBefore = Instant.MIN;

  /**
   * A schedule that has not begun.
   *
   * @param upkeep is held while a backup is made
   */
  public BackupSchedule(
      Backups backups, Duration every, InstantSource clock, ReentrantLock upkeep) {
    this.backups = backups;
    this.every = every;
    this.clock = clock;
    this.upkeep = upkeep;
  }

  /** Begins; the thread does not keep the JVM up. */
  public void start() {
    Thread thread = new Thread(this::run, "kvapp-backup-schedule");
    thread.setDaemon(true);
    thread.start();
  }

  /** Begins no further backup. */
  @Override
  public void close() {
    closed.countDown();
  }

  private void run() {
    try {
      boolean goesOn = true;
      while (goesOn) {
        goesOn = !closed.await(runDue().toNanos(), TimeUnit.NANOSECONDS);
      }
    } catch (InterruptedException stop) {
      Thread.currentThread().interrupt();
    }
  }

  /** Makes a backup if one is due; returns how long to wait until the next look. */
  Duration runDue() {
    Instant now = clock.instant();
    try {
      if (!next().isAfter(now)) {
        make(now);
      }
      Duration left = Duration.between(now, next());
      return left.compareTo(Duration.ofNanos(MAX_WAIT_NANOS)) < 0
          ? left
          : Duration.ofNanos(MAX_WAIT_NANOS);
    } catch (RuntimeException failure) {
      notBefore = now.plus(every.compareTo(RETRY) < 0 ? every : RETRY);
      LOG.warn("the next scheduled backup is tried at {}", notBefore);
      return Duration.ofNanos(MAX_WAIT_NANOS);
    }
  }

  private void make(Instant now) {
    upkeep.lock();
    try {
      backups.make(NAME.format(now));
    } finally {
      upkeep.unlock();
    }
  }

  /** When the next one is due. */
  private Instant next() {
    Instant due = last().map(last -> last.plus(every)).orElse(Instant.MIN);
    return due.isBefore(notBefore) ? notBefore : due;
  }

  private Optional<Instant> last() {
    try {
      return backups.list().stream().flatMap(BackupSchedule::time).max(Instant::compareTo);
    } catch (IOException unreadable) {
      throw new UncheckedIOException("reading the folder of backups", unreadable);
    }
  }

  /** When a scheduled backup was made; nothing for another one. */
  private static Stream<Instant> time(Path backup) {
    try {
      return Stream.of(NAME.parse(backup.getFileName().toString(), Instant::from));
    } catch (DateTimeParseException another) {
      return Stream.empty();
    }
  }
}
