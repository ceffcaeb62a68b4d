package io.kvapp.engine.tree;

import io.kvapp.KVException;
import io.kvapp.engine.file.Disk;
import io.kvapp.engine.file.Lease;
import io.kvapp.engine.file.RefCounted;
import io.kvapp.engine.journal.JournalSegment;
import io.kvapp.engine.memtable.Memtable;
import io.kvapp.engine.model.Cursor;
import io.kvapp.engine.model.MergeCursor;
import io.kvapp.engine.model.SortedRun;
import io.kvapp.engine.model.StoredChange;
import io.kvapp.engine.model.VersionedValue;
import io.kvapp.engine.sstable.SSTable;
import io.kvapp.engine.sstable.SSTableFile;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * What the store consists of at one moment, in order of key: the active memtable, the frozen ones
 * that wait for a flush, and the SSTables. Holds a use of each of them.
 *
 * <p>Each of these runs has the changes of one range of revisions, and the ranges follow each other
 * without a gap, so that a revision tells which run may have it.
 *
 * <p>Immutable but for the active memtable; safe for any thread that has a lease.
 */
public final class Version extends RefCounted {
  public final Memtable active;

  /** Memtables that are not in an SSTable yet, newest first. */
  final List<Memtable> frozen;

  /** Newest first. */
  public final List<SSTable> sstables;

  /** All of them, newest first; an array, as each look-up walks it. */
  private final SortedRun[] runs;

  private final List<Lease<?>> leases;

  public Version(Memtable active, List<Memtable> frozen, List<SSTable> sstables) {
    this.active = active;
    this.frozen = List.copyOf(frozen);
    this.sstables = List.copyOf(sstables);
    List<SortedRun> all = new ArrayList<>(1 + frozen.size() + sstables.size());
    all.add(active);
    all.addAll(frozen);
    all.addAll(sstables);
    this.runs = all.toArray(SortedRun[]::new);
    this.leases = new ArrayList<>(runs.length);
    try {
      leases.add(Lease.of(active));
      for (Memtable memtable : this.frozen) {
        leases.add(Lease.of(memtable));
      }
      for (SSTable sstable : this.sstables) {
        leases.add(Lease.of(sstable));
      }
    } catch (Throwable shortage) {
      unused();
      throw shortage;
    }
  }

  /**
   * What to throw for an {@link InternalError} that comes late, as they may in compiled code: it
   * names the file of an SSTable or a memtable that was cut, or another where all those are whole.
   */
  public KVException.Corrupt unreadable(InternalError cause, Path other) {
    Disk.takeLateErrors();
    Path file =
        Stream.concat(
                sstables.stream()
                    .flatMap(sstable -> sstable.files().stream())
                    .filter(SSTableFile::isCut)
                    .map(cut -> cut.path),
                memtables().stream()
                    .flatMap(memtable -> memtable.segments().stream())
                    .filter(JournalSegment::isCut)
                    .map(cut -> cut.file))
            .findFirst()
            .orElse(other);
    KVException.Corrupt damage =
        new KVException.Corrupt(file, -1, Disk.UNREADABLE, "what cannot be read");
    damage.initCause(cause);
    return damage;
  }

  /** The active memtable and those that are not in an SSTable yet, newest first. */
  public List<Memtable> memtables() {
    List<Memtable> all = new ArrayList<>(frozen);
    all.add(0, active);
    return all;
  }

  @Override
  protected void unused() {
    for (int i = 0; i < leases.size(); i++) {
      leases.get(i).close();
    }
  }

  /** At most so many bytes of the heap do all memtables take. */
  long memtableBytes() {
    long bytes = active.heapBytes();
    for (Memtable memtable : frozen) {
      bytes += memtable.heapBytes();
    }
    return bytes;
  }

  /** Newest change of each key in a range, deletes and expired entries included. */
  public Cursor entries(byte[] from, byte[] to, boolean reverse) {
    List<Cursor> cursors = new ArrayList<>(runs.length);
    for (SortedRun run : runs) {
      cursors.add(run.entries(from, to, reverse));
    }
    return new MergeCursor(cursors, reverse);
  }

  /** The expiry keys from one on up to another, excluded; null for no end. */
  public Cursor expiries(byte[] from, byte[] to) {
    List<Cursor> cursors = new ArrayList<>(runs.length);
    for (SortedRun run : runs) {
      cursors.add(run.expiries(from, to));
    }
    return new MergeCursor(cursors, false);
  }

  /** The entry of a key as the truth has it, expired or not; null where there is none. */
  public VersionedValue lookUp(byte[] key) {
    return lookUp(key, Integer.MAX_VALUE);
  }

  /** The same without a value that is larger than so many bytes, in place of which null stands. */
  public VersionedValue lookUp(byte[] key, int maxValueBytes) {
    StoredChange newest = newest(key);
    if (newest == null || newest.isDelete()) {
      return null;
    }
    byte[] value = newest.valueLength() <= maxValueBytes ? newest.value() : null;
    return new VersionedValue(newest.revision(), newest.expiresAt(), value);
  }

  /** Whether there is an entry of a key, expired or not. */
  public boolean holds(byte[] key) {
    StoredChange newest = newest(key);
    return newest != null && !newest.isDelete();
  }

  /**
   * The value of the entry of {@code key} that has this revision; null when the key was written or
   * deleted since and the older value is gone.
   */
  public byte[] value(byte[] key, long revision) {
    StoredChange change = newest(key, revision - 1, revision);
    return change != null && change.revision() == revision ? change.value() : null;
  }

  /** The length of the value that {@link #value} returns; -1 in place of null. */
  public int valueLength(byte[] key, long revision) {
    StoredChange change = newest(key, revision - 1, revision);
    return change != null && change.revision() == revision ? change.valueLength() : -1;
  }

  /** Whether a key that had an entry at a revision was written or deleted since. */
  public boolean hasChanged(byte[] key, long since) {
    StoredChange change = newest(key, since, Long.MAX_VALUE);
    if (change != null) {
      return change.revision() > since;
    }
    // Even the oldest run has a newer part: it is the compaction that has dropped the delete.
    return runs.length == 1 || runs[runs.length - 2].lowRevision() > since;
  }

  private StoredChange newest(byte[] key) {
    return newest(key, Long.MIN_VALUE, Long.MAX_VALUE);
  }

  /**
   * The newest change of a key in those runs whose range reaches above one revision and begins
   * below another; null where none of them has the key. The change itself may lie outside.
   */
  private StoredChange newest(byte[] key, long above, long below) {
    long high = Long.MAX_VALUE;
    for (int i = 0; i < runs.length && high > above; i++) {
      SortedRun run = runs[i];
      high = run.lowRevision();
      StoredChange change = high < below ? run.find(key) : null;
      if (change != null) {
        return change;
      }
    }
    return null;
  }

  /** How many entries there are, expired ones included; steps over all of them. */
  public long count() {
    long count = 0;
    Cursor cursor = entries(new byte[0], null, false);
    while (cursor.next()) {
      count += cursor.isDelete() ? 0 : 1;
    }
    return count;
  }
}
