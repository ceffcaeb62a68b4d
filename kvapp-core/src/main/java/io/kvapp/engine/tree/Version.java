package io.kvapp.engine.tree;

import io.kvapp.engine.file.RefCounted;
import io.kvapp.engine.journal.JournalPosition;
import io.kvapp.engine.memtable.Memtable;
import io.kvapp.engine.model.Cursor;
import io.kvapp.engine.model.MergeCursor;
import io.kvapp.engine.model.SortedRun;
import io.kvapp.engine.model.VersionedValue;
import io.kvapp.engine.sstable.SSTable;
import io.kvapp.engine.sstable.SSTableFile;
import java.util.ArrayList;
import java.util.List;

/**
 * What the store consists of at one time, in order of key: the recent changes, those on their way
 * into an SSTable, and the SSTables. Holds a use of each of them.
 *
 * <p>Immutable but for the active memtable; safe for any thread that holds a use.
 */
public final class Version extends RefCounted {
  public final Memtable active;

  /** Memtables not yet in an SSTable, newest first. */
  final List<Memtable> frozen;

  /** Newest first. */
  public final List<SSTable> sstables;

  public Version(Memtable active, List<Memtable> frozen, List<SSTable> sstables) {
    this.active = active;
    this.frozen = List.copyOf(frozen);
    this.sstables = List.copyOf(sstables);
    active.acquire();
    frozen.forEach(RefCounted::acquire);
    sstables.forEach(RefCounted::acquire);
  }

  @Override
  protected void unused() {
    active.release();
    frozen.forEach(RefCounted::release);
    sstables.forEach(RefCounted::release);
  }

  private List<SortedRun> sources() {
    List<SortedRun> sources = new ArrayList<>(1 + frozen.size() + sstables.size());
    sources.add(active);
    sources.addAll(frozen);
    sources.addAll(sstables);
    return sources;
  }

  /** Newest change of each key in a range, deletes and expired entries included. */
  public Cursor entries(byte[] from, byte[] to, boolean reverse) {
    List<Cursor> cursors = new ArrayList<>();
    for (SortedRun source : sources()) {
      cursors.add(source.entries(from, to, reverse));
    }
    return new MergeCursor(cursors, reverse);
  }

  /** Newest change of each expiry key up to {@code to}, excluded; null for no end. */
  public Cursor expiries(byte[] to) {
    List<Cursor> cursors = new ArrayList<>();
    for (SortedRun source : sources()) {
      cursors.add(source.expiries(new byte[0], to));
    }
    return new MergeCursor(cursors, false);
  }

  /**
   * The value of the entry of {@code key} that has this revision; null when it has been superseded
   * since.
   */
  public byte[] value(byte[] key, long revision) {
    JournalPosition slot = slot(key, revision);
    if (slot != null) {
      return slot.value();
    }
    for (SSTable sstable : sstables) {
      if (sstable.lowRevision() < revision) {
        SSTableFile.Reader reader = sstable.find(key);
        return reader != null && reader.revision() == revision ? reader.value() : null;
      }
    }
    return null;
  }

  private JournalPosition slot(byte[] key, long revision) {
    JournalPosition slot = active.get(key);
    if (slot != null && slot.revision == revision) {
      return slot;
    }
    for (Memtable memtable : frozen) {
      if (memtable.lowRevision() < revision) {
        slot = memtable.get(key);
        return slot != null && slot.revision == revision ? slot : null;
      }
    }
    return null;
  }

  /** The entry of a key as the truth has it, expired or not; null where there is none. */
  public VersionedValue lookUp(byte[] key) {
    JournalPosition slot = newestSlot(key);
    if (slot != null) {
      return slot.isDelete()
          ? null
          : new VersionedValue(slot.revision, slot.expiresAt(), slot.value());
    }
    SSTableFile.Reader reader = newestInSSTables(key);
    return reader == null || reader.isDelete()
        ? null
        : new VersionedValue(reader.revision(), reader.expiresAt(), reader.value());
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

  /** Whether there is an entry of a key, expired or not. */
  public boolean holds(byte[] key) {
    JournalPosition slot = newestSlot(key);
    if (slot != null) {
      return !slot.isDelete();
    }
    SSTableFile.Reader reader = newestInSSTables(key);
    return reader != null && !reader.isDelete();
  }

  /** Whether a key that had an entry at a revision has been written or deleted since. */
  public boolean hasChanged(byte[] key, long since) {
    JournalPosition slot = newestSlot(key);
    if (slot != null) {
      return slot.revision > since;
    }
    for (SSTable sstable : sstables) {
      if (sstable.identity.highRevision() <= since) {
        return false;
      }
      SSTableFile.Reader reader = sstable.find(key);
      if (reader != null) {
        return reader.revision() > since;
      }
    }
    // It is in none of them: a merge with the oldest SSTable has dropped the delete.
    return true;
  }

  private JournalPosition newestSlot(byte[] key) {
    JournalPosition slot = active.get(key);
    for (int i = 0; slot == null && i < frozen.size(); i++) {
      slot = frozen.get(i).get(key);
    }
    return slot;
  }

  private SSTableFile.Reader newestInSSTables(byte[] key) {
    for (SSTable sstable : sstables) {
      SSTableFile.Reader reader = sstable.find(key);
      if (reader != null) {
        return reader;
      }
    }
    return null;
  }
}
