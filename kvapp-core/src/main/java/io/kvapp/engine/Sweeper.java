package io.kvapp.engine;

import io.kvapp.engine.file.Lease;
import io.kvapp.engine.hashtable.HashIndex;
import io.kvapp.engine.journal.Journal;
import io.kvapp.engine.journal.JournalPosition;
import io.kvapp.engine.memtable.Memtable;
import io.kvapp.engine.model.Cursor;
import io.kvapp.engine.model.ExpiryKey;
import io.kvapp.engine.model.Operation;
import io.kvapp.engine.model.StripedLocks;
import io.kvapp.engine.model.VersionedValue;
import io.kvapp.engine.tree.Version;
import io.kvapp.engine.tree.VersionSet;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Removes the entries whose time has passed, and knows when the next one's will have.
 *
 * <p>{@link #sweep} is for one thread at a time, the other methods for any.
 */
final class Sweeper {
  private static final int SWEPT_AT_ONCE = 500;

  private final StoreParts parts;
  private final Maintenance maintenance;
  private final WritePath writes;
  private final StripedLocks stripes;
  private final Journal journal;
  private final HashIndex index;
  private final VersionSet versions;
  private final AtomicLong earliestExpiry;

  Sweeper(StoreParts parts, Maintenance maintenance, WritePath writes) {
    this.parts = parts;
    this.maintenance = maintenance;
    this.writes = writes;
    this.stripes = parts.stripes;
    this.journal = parts.journal;
    this.index = parts.index;
    this.versions = parts.versions;
    this.earliestExpiry = parts.earliestExpiry;
    noteEarliestExpiry();
  }

  /** Removes the entries whose time has passed. */
  void sweep() {
    long now = parts.clock.millis();
    if (earliestExpiry() > now) {
      return;
    }
    while (sweepSome(now)) {
      maintenance.requestDue();
    }
    findEarliestExpiry();
  }

  /** When the first entry expires, at most too early; the largest number for none. */
  synchronized long earliestExpiry() {
    return earliestExpiry.get();
  }

  private synchronized void findEarliestExpiry() {
    earliestExpiry.set(Long.MAX_VALUE);
    noteEarliestExpiry();
  }

  private boolean sweepSome(long now) {
    List<byte[]> due = new ArrayList<>();
    try (Lease<Version> lease = versions.lease()) {
      Version version = lease.get();
      Cursor cursor = version.expiries(ExpiryKey.endOfDue(now));
      while (due.size() < SWEPT_AT_ONCE && cursor.next()) {
        if (!cursor.isDelete()) {
          due.add(cursor.key());
        }
      }
    }
    if (due.isEmpty()) {
      return false;
    }
    writes.awaitRoom(List.of());
    StripedLocks.Stripe[] locked =
        stripes.of(due.stream().map(ExpiryKey::entryKey).toArray(byte[][]::new));
    StripedLocks.lock(locked);
    try {
      parts.requireOpen();
      List<Operation> deletes = new ArrayList<>();
      for (byte[] expiryKey : due) {
        byte[] key = ExpiryKey.entryKey(expiryKey);
        VersionedValue hit = index.get(key);
        if (hit != null && hit.expiresAt() == ExpiryKey.expiresAt(expiryKey)) {
          deletes.add(Operation.delete(key));
        }
      }
      if (!deletes.isEmpty()) {
        writes.writeTogether(locked, deletes);
      }
      Memtable active = versions.current().active;
      due.forEach(key -> active.putExpiry(key, JournalPosition.deleteMark(journal.revision())));
    } finally {
      StripedLocks.unlock(locked);
    }
    return true;
  }

  private void noteEarliestExpiry() {
    try (Lease<Version> lease = versions.lease()) {
      Version version = lease.get();
      Cursor cursor = version.expiries(null);
      while (cursor.next()) {
        if (!cursor.isDelete()) {
          earliestExpiry.accumulateAndGet(ExpiryKey.expiresAt(cursor.key()), Math::min);
          return;
        }
      }
    }
  }

  /** How many entries of a version have expired at {@code now} and are still in the index. */
  long countDue(Version version, long now) {
    long due = 0;
    Cursor cursor = version.expiries(ExpiryKey.endOfDue(now));
    while (cursor.next()) {
      if (!cursor.isDelete() && isDue(cursor.key())) {
        due++;
      }
    }
    return due;
  }

  private boolean isDue(byte[] expiryKey) {
    byte[] key = ExpiryKey.entryKey(expiryKey);
    StripedLocks.Stripe stripe = stripes.of(key);
    long stamp = stripe.applying.readLock();
    try {
      parts.requireOpen();
      VersionedValue hit = index.get(key);
      return hit != null && hit.expiresAt() == ExpiryKey.expiresAt(expiryKey);
    } finally {
      stripe.applying.unlockRead(stamp);
    }
  }
}
