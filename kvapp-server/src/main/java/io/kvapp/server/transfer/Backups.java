package io.kvapp.server.transfer;

import io.kvapp.KVException;
import io.kvapp.KVStore;
import io.kvapp.StoreInspection;
import io.kvapp.StoreInspection.Condition;
import io.kvapp.StoreLimits;
import io.kvapp.StoreOptions;
import io.kvapp.VerifyReport;
import io.kvapp.server.http.message.HttpException;
import io.kvapp.transfer.ExportFormat;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The backups of a store in a folder of their own. Each is written under another name, read from
 * its first to its last byte, and gets its name only if nothing is wrong with it.
 *
 * <p>{@link #make} is for one thread at a time, the rest for any.
 */
public final class Backups {
  /** The names that a backup may have. */
  public static final Pattern NAMES = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");

  private static final Logger LOG = LoggerFactory.getLogger(Backups.class);
  private static final String UNVERIFIED = ".unverified";

  private final KVStore store;
  private final Path folder;
  private final long keep;
  private final InstantSource clock;
  private volatile State state = new State(0, 0, Optional.empty(), Optional.empty());

  /**
   * A backup.
   *
   * @param entries live ones
   * @param bytes of its files
   * @param revision of its newest write
   */
  public record Backup(String name, long entries, long bytes, long revision) {}

  /**
   * What has become of backups since the start.
   *
   * @param made how many were written and verified
   * @param failed how many could not be written, or not be read again
   * @param last when the last one was verified
   * @param lastFailure when the last one failed
   */
  public record State(
      long made, long failed, Optional<Instant> last, Optional<Instant> lastFailure) {}

  /**
   * Backups into a folder, which belongs to this store alone and is made when it is needed.
   *
   * @param keep how many are kept; beyond it the oldest ones are removed
   */
  public Backups(KVStore store, Path folder, long keep, InstantSource clock) {
    this.store = store;
    this.folder = folder;
    this.keep = keep;
    this.clock = clock;
  }

  /** What has become of them since the start. */
  public State state() {
    return state;
  }

  /**
   * Makes and verifies one, while readers and writers of the store go on, and removes the oldest
   * ones beyond those to keep.
   *
   * @param name one of {@link #NAMES}
   * @throws HttpException if there is a backup with this name
   * @throws KVException.Corrupt if what was written cannot be read; it is removed
   * @throws KVException if it cannot be written
   */
  public Backup make(String name) {
    Path place = folder.resolve(name);
    if (Files.exists(place, LinkOption.NOFOLLOW_LINKS)) {
      throw new HttpException(
          409, "name-taken", "there is a backup with this name; choose another name");
    }
    Path unverified = folder.resolve(UNVERIFIED);
    try {
      Files.createDirectories(folder);
      // What a process has left that ended meanwhile.
      remove(unverified);
      store.admin().backup(unverified);
      Backup made = verified(name, unverified);
      Files.move(unverified, place, StandardCopyOption.ATOMIC_MOVE);
      sync();
      note(true);
      LOG.info("backup {}: {} entries, {} bytes, verified", place, made.entries(), made.bytes());
      removeBeyondKept(place);
      return made;
    } catch (IOException failure) {
      fail(place, unverified, failure);
      throw new UncheckedIOException("making backup " + place, failure);
    } catch (RuntimeException | Error failure) {
      fail(place, unverified, failure);
      throw failure;
    }
  }

  /** Reads all of a backup. */
  private Backup verified(String name, Path folder) throws IOException {
    Path export = folder.resolve(ExportFormat.FILE_NAME);
    if (Files.isRegularFile(export)) {
      return verifiedExport(name, export);
    }
    try (KVStore copy = KVStore.open(folder, StoreOptions.defaults().withReadOnly(true));
        Stream<Path> files = Files.list(folder)) {
      VerifyReport report = copy.admin().verify();
      if (!report.ok()) {
        throw new KVException.Corrupt(
            "the backup cannot be read: " + String.join("; ", report.faults()));
      }
      long bytes = 0;
      for (Path file : files.toList()) {
        bytes += Files.size(file);
      }
      return new Backup(name, copy.size(), bytes, copy.revision());
    }
  }

  /** Reads all entries of an export, which is the backup of a store on a cluster. */
  private Backup verifiedExport(String name, Path export) throws IOException {
    try {
      ExportFormat.End end = ImportRun.check(export, limitsOfExports());
      return new Backup(name, end.entries(), Files.size(export), end.revision());
    } catch (HttpException malformed) {
      throw new KVException.Corrupt(export, -1, malformed.getMessage());
    }
  }

  /** Other servers of the cluster may take larger values than this one. */
  private StoreLimits limitsOfExports() {
    StoreLimits limits = store.limits();
    return new StoreLimits(
        limits.maxKeyBytes(),
        StoreOptions.MAX_VALUE_BYTES,
        limits.maxBatchOperations(),
        limits.maxBatchConditions(),
        limits.maxBatchBytes());
  }

  private void sync() throws IOException {
    try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  private void fail(Path place, Path unverified, Throwable failure) {
    note(false);
    LOG.error("backup {} failed, and is removed: {}", place, failure.getMessage());
    try {
      remove(unverified);
    } catch (IOException leftOver) {
      failure.addSuppressed(leftOver);
    }
  }

  private void note(boolean worked) {
    State before = state;
    Optional<Instant> now = Optional.of(clock.instant());
    state =
        worked
            ? new State(before.made + 1, before.failed, now, before.lastFailure)
            : new State(before.made, before.failed + 1, before.last, now);
  }

  /** A backup that cannot be removed is no reason to call the new one a failure. */
  private void removeBeyondKept(Path newest) {
    try {
      List<Path> others = new ArrayList<>(list());
      others.remove(newest);
      for (long index = keep - 1; index < others.size(); index++) {
        Path old = others.get((int) index);
        remove(old);
        LOG.info("backup {} is removed, as {} are kept", old, keep);
      }
    } catch (IOException | RuntimeException failure) {
      LOG.warn("old backups could not be removed: {}", failure.toString());
    }
  }

  /** The backups, newest first; a folder that is anything else is not one of them. */
  List<Path> list() throws IOException {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    record Aged(Path folder, FileTime time) {}
    List<Aged> found = new ArrayList<>();
    try (Stream<Path> all = Files.list(folder)) {
      for (Path each : all.toList()) {
        if (isBackup(each)) {
          found.add(new Aged(each, Files.getLastModifiedTime(each)));
        }
      }
    }
    found.sort(Comparator.comparing(Aged::time).thenComparing(Aged::folder).reversed());
    return found.stream().map(Aged::folder).toList();
  }

  private static boolean isBackup(Path place) {
    return NAMES.matcher(place.getFileName().toString()).matches()
        && Files.isDirectory(place, LinkOption.NOFOLLOW_LINKS)
        && (StoreInspection.of(place).condition() == Condition.BACKUP
            || Files.isRegularFile(place.resolve(ExportFormat.FILE_NAME)));
  }

  /** Removes a folder and its files, if it is there; there are no folders in a backup. */
  private static void remove(Path place) throws IOException {
    if (Files.isDirectory(place, LinkOption.NOFOLLOW_LINKS)) {
      try (Stream<Path> files = Files.list(place)) {
        for (Path file : files.toList()) {
          Files.delete(file);
        }
      }
      Files.delete(place);
    }
  }
}
