package io.kvapp.engine;

import io.kvapp.KVException;
import io.kvapp.StoreInspection;
import io.kvapp.StoreInspection.Condition;
import io.kvapp.engine.file.Disk;
import io.kvapp.engine.file.FolderHolder;
import io.kvapp.engine.file.FolderLock;
import io.kvapp.engine.file.FormatNumber;
import io.kvapp.engine.file.StoreFailures;
import io.kvapp.engine.file.WorkerThread;
import io.kvapp.engine.hashtable.HashIndex;
import io.kvapp.engine.journal.SegmentFileName;
import io.kvapp.engine.sstable.SSTableFileName;
import io.kvapp.engine.tree.Manifest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/**
 * Looks at a folder from outside: at its manifest, at the names and sizes of its files, and at who
 * holds it.
 *
 * <p>For one thread, which is never interrupted; used once.
 */
final class FolderInspection {
  private final Path folder;
  private Condition condition = Condition.ABSENT;
  private Optional<KVException> fault = Optional.empty();
  private Optional<String> heldBy = Optional.empty();
  private OptionalLong leftBy = OptionalLong.empty();
  private long firstReplayed = Long.MAX_VALUE;

  private FolderInspection(Path folder) {
    this.folder = folder;
  }

  /**
   * Looks at a folder, which need not exist.
   *
   * @param jvmFault why this JVM cannot open it to write; empty where it can
   */
  static StoreInspection of(Path folder, Optional<String> jvmFault) {
    return WorkerThread.call("kvapp-inspect", () -> new FolderInspection(folder).run(jvmFault));
  }

  private StoreInspection run(Optional<String> jvmFault) {
    try {
      if (Files.isDirectory(folder)) {
        findHolder();
        readManifest();
      }
      return report(jvmFault);
    } catch (IOException unreadable) {
      condition = Condition.UNREADABLE;
      fault = Optional.of(StoreFailures.unusable(folder, unreadable));
      return report(jvmFault, 0, 0, 0, 0);
    }
  }

  /** As opening it to read does, which waits for nobody and leaves nothing behind. */
  private void findHolder() throws IOException {
    Optional<FolderHolder> named = Manifest.holder(folder);
    try {
      FolderLock.share(folder, named).close();
      leftBy = named.map(FolderHolder::pid).map(OptionalLong::of).orElse(OptionalLong.empty());
    } catch (KVException.FolderInUse inUse) {
      heldBy = Optional.of(inUse.holder());
    }
  }

  private void readManifest() throws IOException {
    try {
      Optional<Manifest> found = Manifest.read(folder);
      if (found.isPresent()) {
        boolean isClean = found.get().isClean();
        boolean isBackup = found.get().isBackup();
        condition =
            !isClean ? Condition.NOT_CLOSED : isBackup ? Condition.BACKUP : Condition.CLOSED;
        firstReplayed = isClean ? Long.MAX_VALUE : found.get().journal();
      }
    } catch (KVException.Corrupt | KVException.UnknownFormat unusable) {
      condition = Condition.UNREADABLE;
      fault = Optional.of(unusable);
    }
  }

  private StoreInspection report(Optional<String> jvmFault) throws IOException {
    return report(
        jvmFault,
        bytes(SegmentFileName.PATTERN, file -> true),
        bytes(SegmentFileName.PATTERN, this::isReplayed),
        bytes(SSTableFileName.PATTERN, file -> true),
        bytes(HashIndex.FILES, file -> true));
  }

  private StoreInspection report(
      Optional<String> jvmFault, long journal, long replayed, long sstables, long hashTable) {
    boolean isKnown = condition != Condition.ABSENT && condition != Condition.UNREADABLE;
    return new StoreInspection(
        jvmFault,
        condition,
        fault,
        heldBy,
        leftBy,
        isKnown ? Optional.of(FormatNumber.CURRENT) : Optional.empty(),
        journal,
        replayed,
        sstables,
        hashTable);
  }

  private boolean isReplayed(Path file) {
    return SegmentFileName.sequence(file).orElse(0) >= firstReplayed;
  }

  /** A store that is open deletes files meanwhile. */
  private long bytes(Pattern names, Predicate<Path> counted) throws IOException {
    List<Path> files = Files.isDirectory(folder) ? Disk.listFiles(folder, names) : List.of();
    long bytes = 0;
    for (Path file : files) {
      try {
        bytes += counted.test(file) ? Files.size(file) : 0;
      } catch (NoSuchFileException gone) {
        // It does not count any more.
      }
    }
    return bytes;
  }
}
