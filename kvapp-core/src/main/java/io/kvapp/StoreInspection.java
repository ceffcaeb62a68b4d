package io.kvapp;

import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What can be told of the store in a folder without opening it: no file is changed, and a store
 * that is open meanwhile goes on.
 *
 * <p>Immutable, safe for any thread. No component is null.
 *
 * @param jvmFault why this JVM cannot open any folder to write, and what to do; empty where it can
 * @param condition whether there is a store, and how it was left
 * @param fault why its manifest cannot be used; empty unless it is {@link Condition#UNREADABLE}
 * @param heldBy who has it open, such as {@code process 4711}, as far as this machine and this
 *     process can tell; empty for nobody
 * @param leftBy the number of the process that had it open and has ended without closing it; empty
 *     where there is none
 * @param format the format of its files; empty where there is no store, or it cannot be told
 * @param journalBytes bytes of journal files, those included that only readers of changes need
 * @param replayBytes bytes of journal files that the next open reads at most; 0 after a close
 * @param sstableBytes bytes of SSTable files
 * @param hashTableBytes bytes of the hash table's files
 */
public record StoreInspection(
    Optional<String> jvmFault,
    Condition condition,
    Optional<KVException> fault,
    Optional<String> heldBy,
    OptionalLong leftBy,
    Optional<String> format,
    long journalBytes,
    long replayBytes,
    long sstableBytes,
    long hashTableBytes) {

  /** How a store was left. */
  public enum Condition {
    /** There is no store in the folder, or no folder. */
    ABSENT,
    /** It was closed in good order. */
    CLOSED,
    /** It is a backup that was not opened since. */
    BACKUP,
    /** It is open, or was not closed: an open recovers it from its journal. */
    NOT_CLOSED,
    /** Its manifest is damaged, of another version, or may not be read. */
    UNREADABLE
  }

  /**
   * Looks at a folder.
   *
   * @param folder need not exist
   * @throws IllegalArgumentException if it is the empty path, or of another file system
   * @throws KVException if no provider on the class path serves folders
   */
  public static StoreInspection of(Path folder) {
    return StoreAddress.of(Objects.requireNonNull(folder, "folder")).inspect();
  }

  /** How many bytes a compaction of all SSTables takes at most until it gives the old ones back. */
  public long compactionBytes() {
    return sstableBytes + journalBytes;
  }

  /** How many bytes the next larger hash table takes at most, beside the one there is. */
  public long growthBytes() {
    return 2 * hashTableBytes + journalBytes;
  }
}
