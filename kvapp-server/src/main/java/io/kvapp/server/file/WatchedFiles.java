package io.kvapp.server.file;

import io.kvapp.KVException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What some files say together, read again when one of them has changed. The files are looked at
 * when they are asked for, by {@link #get} at most once a second. New content that cannot be used
 * is logged, and what the files said before stays in use; a file that cannot be read is tried again
 * at each look. A secret that other users can change is not read, as {@link FileTrust} says; one
 * that they can read is, with a warning.
 *
 * <p>All methods may be called from any thread. {@link #get} does not wait for another thread that
 * reads the files.
 *
 * @param <T> what the files say
 */
public final class WatchedFiles<T> {
  private static final Logger LOG = LoggerFactory.getLogger(WatchedFiles.class);
  private static final long LOOK_MILLIS = Duration.ofSeconds(1).toMillis();

  /**
   * Reads the files.
   *
   * @param <T> what the files say
   */
  @FunctionalInterface
  public interface Reader<T> {
    /**
     * Reads the files.
     *
     * @throws KVException if the content cannot be used; the message names the file and what to do
     */
    T read() throws IOException;
  }

  private final String name;
  private final List<Path> files;
  private final List<Path> secretFiles;
  private final Reader<T> reader;
  private final InstantSource clock;
  private final ReentrantLock look = new ReentrantLock();

  private volatile T value;
  private volatile long lookedAtMillis;
  private List<Stamp> stamps;
  private String lastError;

  /**
   * Reads the files for the first time.
   *
   * @param name what the files are, for messages
   * @param secretFiles those that only their owner may change and should read
   * @param otherFiles the rest
   * @throws KVException if they cannot be read or used, or other users can change a secret one
   */
  public WatchedFiles(
      String name,
      List<Path> secretFiles,
      List<Path> otherFiles,
      Reader<T> reader,
      InstantSource clock) {
    this.name = name;
    this.secretFiles = List.copyOf(secretFiles);
    this.files = Stream.concat(secretFiles.stream(), otherFiles.stream()).toList();
    this.reader = reader;
    this.clock = clock;
    this.lookedAtMillis = clock.millis();
    this.stamps = stamps();
    try {
      this.value = read();
    } catch (IOException unreadable) {
      throw new KVException(
          name + " " + named(this.files) + " cannot be read: " + FileErrors.reason(unreadable),
          unreadable);
    }
    warnIfOpenToOthers();
  }

  /** What the files say. */
  public T get() {
    long now = clock.millis();
    long sinceLook = now - lookedAtMillis;
    if ((sinceLook >= LOOK_MILLIS || sinceLook < 0) && look.tryLock()) {
      try {
        lookedAtMillis = now;
        readIfChanged();
      } finally {
        look.unlock();
      }
    }
    return value;
  }

  /**
   * What the files say now, however lately they were looked at. Waits for another thread that reads
   * them.
   */
  public T latest() {
    look.lock();
    try {
      lookedAtMillis = clock.millis();
      readIfChanged();
    } finally {
      look.unlock();
    }
    return value;
  }

  private void readIfChanged() {
    List<Stamp> found = stamps();
    if (found.equals(stamps)) {
      return;
    }
    try {
      value = read();
      stamps = found;
      lastError = null;
      LOG.info("{} {} has changed and is in use", name, named(files));
      warnIfOpenToOthers();
    } catch (KVException unusable) {
      stamps = found;
      logError(unusable);
    } catch (IOException unreadable) {
      // Its stamps stay unknown, so that it is tried at each look: access may come back without one
      // of them changing.
      logError(unreadable);
    }
  }

  private T read() throws IOException {
    for (Path file : secretFiles) {
      FileTrust.requireFile(file);
    }
    return reader.read();
  }

  private void logError(Exception failure) {
    String reason = FileErrors.reason(failure);
    if (!reason.equals(lastError)) {
      LOG.error(
          "{} {} has changed and cannot be used, so what it said before stays in use: {}",
          name,
          named(files),
          reason);
    }
    lastError = reason;
  }

  private void warnIfOpenToOthers() {
    for (Path file : secretFiles) {
      try {
        if (FileTrust.isReadableByOthers(file)) {
          LOG.warn("{} {} can be read by other users; run chmod 600 {}", name, file, file);
        }
      } catch (IOException gone) {
        LOG.warn("{} {} cannot be looked at: {}", name, file, FileErrors.reason(gone));
      }
    }
  }

  private List<Stamp> stamps() {
    return files.stream().map(Stamp::of).toList();
  }

  private static String named(List<Path> files) {
    return String.join(" and ", files.stream().map(Path::toString).toList());
  }

  /** Tells one content of a file from another; empty for a file that does not exist. */
  private record Stamp(FileTime modified, long bytes, Object fileKey) {
    static Stamp of(Path file) {
      try {
        BasicFileAttributes found = Files.readAttributes(file, BasicFileAttributes.class);
        return new Stamp(found.lastModifiedTime(), found.size(), found.fileKey());
      } catch (IOException gone) {
        return new Stamp(null, -1, null);
      }
    }
  }
}
