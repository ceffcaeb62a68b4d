package io.kvapp.engine.crash;

import java.util.Arrays;
import java.util.Set;
import java.util.function.Predicate;

/** What a process is killed inside of. */
enum CrashAim {
  /** Nothing in particular. */
  ANYTHING("", Set.of()),
  FLUSH("io.kvapp.engine.tree.Flusher", Set.of("flushOldest", "freeze")),
  COMPACTION("io.kvapp.engine.tree.Compactor", Set.of("compact", "compactAll")),
  GROWTH("io.kvapp.engine.hashtable.HashTableUpkeep", Set.of("resize")),
  SWEEP("io.kvapp.engine.Sweeper", Set.of("sweepSome")),
  BACKUP("io.kvapp.engine.transfer.BackupFiles", Set.of()),
  LOAD("io.kvapp.engine.BulkLoad", Set.of());

  private static final String WRITER_OF_FILES = "io.kvapp.engine.sstable.SSTableWriter";
  private static final String NAMER_OF_FILES = "io.kvapp.engine.tree.VersionSet";

  private final String type;
  private final Set<String> methods;

  CrashAim(String type, Set<String> methods) {
    this.type = type;
    this.methods = methods;
  }

  /** Whether a thread with these frames is inside. */
  boolean isInside(StackTraceElement[] frames) {
    return has(frames, frame -> frame.getClassName().startsWith(type) && isMethod(frame))
        && (this != COMPACTION
            || has(
                frames,
                frame ->
                    frame.getClassName().equals(WRITER_OF_FILES)
                        || frame.getClassName().equals(NAMER_OF_FILES)));
  }

  /** Whether any thread of this process is inside. */
  boolean isAnyInside() {
    return Thread.getAllStackTraces().values().stream().anyMatch(this::isInside);
  }

  /** Whether the calling thread is inside. */
  boolean isCallerInside() {
    return isInside(new Throwable().getStackTrace());
  }

  private boolean isMethod(StackTraceElement frame) {
    return methods.isEmpty() || methods.contains(frame.getMethodName());
  }

  private static boolean has(StackTraceElement[] frames, Predicate<StackTraceElement> wanted) {
    return Arrays.stream(frames).anyMatch(wanted);
  }
}
