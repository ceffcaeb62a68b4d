package io.kvapp.engine;

import java.util.ArrayList;
import java.util.List;

/**
 * What the store consists of at one time, in order of key: the recent changes, those on their way
 * into a snapshot, and the snapshots. Holds a use of each of them.
 *
 * <p>Immutable but for the active memtable; safe for any thread that holds a use.
 */
final class Version extends Shared {
  final Memtable active;

  /** Memtables not yet in a snapshot, newest first. */
  final List<Memtable> frozen;

  /** Newest first. */
  final List<Snapshot> snapshots;

  Version(Memtable active, List<Memtable> frozen, List<Snapshot> snapshots) {
    this.active = active;
    this.frozen = List.copyOf(frozen);
    this.snapshots = List.copyOf(snapshots);
    active.acquire();
    frozen.forEach(Shared::acquire);
    snapshots.forEach(Shared::acquire);
  }

  @Override
  void unused() {
    active.release();
    frozen.forEach(Shared::release);
    snapshots.forEach(Shared::release);
  }

  private List<Source> sources() {
    List<Source> sources = new ArrayList<>(1 + frozen.size() + snapshots.size());
    sources.add(active);
    sources.addAll(frozen);
    sources.addAll(snapshots);
    return sources;
  }

  /** Newest change of each key in a range, deletes and expired entries included. */
  Cursor entries(byte[] from, byte[] to, boolean reverse) {
    List<Cursor> cursors = new ArrayList<>();
    for (Source source : sources()) {
      cursors.add(source.entries(from, to, reverse));
    }
    return new MergeCursor(cursors, reverse);
  }

  /** Newest change of each expiry key up to {@code to}, excluded; null for no end. */
  Cursor expiries(byte[] to) {
    List<Cursor> cursors = new ArrayList<>();
    for (Source source : sources()) {
      cursors.add(source.expiries(new byte[0], to));
    }
    return new MergeCursor(cursors, false);
  }

  /**
   * The value of the entry of {@code key} that has this revision; null when it has been superseded
   * since.
   */
  byte[] value(byte[] key, long revision) {
    Slot slot = slot(key, revision);
    if (slot != null) {
      return slot.value();
    }
    for (Snapshot snapshot : snapshots) {
      if (snapshot.lowRevision() < revision) {
        SnapshotFile.Reader reader = snapshot.find(key);
        return reader != null && reader.revision() == revision ? reader.value() : null;
      }
    }
    return null;
  }

  private Slot slot(byte[] key, long revision) {
    Slot slot = active.get(key);
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
  Hit lookUp(byte[] key) {
    Slot slot = newestSlot(key);
    if (slot != null) {
      return slot.isDelete() ? null : new Hit(slot.revision, slot.expiresAt(), slot.value());
    }
    SnapshotFile.Reader reader = newestInSnapshots(key);
    return reader == null || reader.isDelete()
        ? null
        : new Hit(reader.revision(), reader.expiresAt(), reader.value());
  }

  /** How many entries there are, expired ones included; steps over all of them. */
  long count() {
    long count = 0;
    Cursor cursor = entries(new byte[0], null, false);
    while (cursor.next()) {
      count += cursor.isDelete() ? 0 : 1;
    }
    return count;
  }

  /** Whether there is an entry of a key, expired or not. */
  boolean holds(byte[] key) {
    Slot slot = newestSlot(key);
    if (slot != null) {
      return !slot.isDelete();
    }
    SnapshotFile.Reader reader = newestInSnapshots(key);
    return reader != null && !reader.isDelete();
  }

  /** Whether a key that had an entry at a revision has been written or deleted since. */
  boolean hasChanged(byte[] key, long since) {
    Slot slot = newestSlot(key);
    if (slot != null) {
      return slot.revision > since;
    }
    for (Snapshot snapshot : snapshots) {
      if (snapshot.identity.highRevision() <= since) {
        return false;
      }
      SnapshotFile.Reader reader = snapshot.find(key);
      if (reader != null) {
        return reader.revision() > since;
      }
    }
    // It is in none of them: a merge with the oldest snapshot has dropped the delete.
    return true;
  }

  private Slot newestSlot(byte[] key) {
    Slot slot = active.get(key);
    for (int i = 0; slot == null && i < frozen.size(); i++) {
      slot = frozen.get(i).get(key);
    }
    return slot;
  }

  private SnapshotFile.Reader newestInSnapshots(byte[] key) {
    for (Snapshot snapshot : snapshots) {
      SnapshotFile.Reader reader = snapshot.find(key);
      if (reader != null) {
        return reader;
      }
    }
    return null;
  }
}
