package io.kvapp.engine;

import java.util.ArrayList;
import java.util.Arrays;
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
    Cursor cursor = entries(key, successor(key), false);
    return !cursor.next() || cursor.isDelete()
        ? null
        : new Hit(cursor.revision(), cursor.expiresAt(), cursor.value());
  }

  private static byte[] successor(byte[] key) {
    return Arrays.copyOf(key, key.length + 1);
  }
}
