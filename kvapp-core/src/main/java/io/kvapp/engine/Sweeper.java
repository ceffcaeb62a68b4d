package io.kvapp.engine;

import io.kvapp.engine.file.Lease;
import io.kvapp.engine.hashtable.HashIndex;
import io.kvapp.engine.model.Cursor;
import io.kvapp.engine.model.ExpiryKey;
import io.kvapp.engine.model.Operation;
import io.kvapp.engine.model.StripedLocks;
import io.kvapp.engine.model.VersionedValue;
import io.kvapp.engine.sstable.SSTable;
import io.kvapp.engine.tree.Version;
import io.kvapp.engine.tree.VersionSet;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Supplier;

/**
 * Removes the entries whose time has passed, and knows when the next one's will have.
 *
 * <p>A sweep walks the {@linkplain ExpiryKey expiry keys} once, each batch behind the last one, and
 * the next sweep goes on where it ended unless an earlier expiry has been written since.
 *
 * <p>{@link #sweep} is for one thread at a time, the other methods for any.
 */
final class Sweeper {
  private static final int SWEPT_AT_ONCE = 500;

  private final StoreParts parts;
  private final Maintenance maintenance;
  private final WritePath writes;
  private final StripedLocks stripes;
  private final HashIndex index;
  private final VersionSet versions;

  /** When the first entry expires that no sweep has passed; what writers note. */
  private final AtomicLong earliestExpiry;

  /** Held alone by each batch of a sweep; in turns, so that readers do not stop the sweep. */
  private final ReadWriteLock pause = new ReentrantReadWriteLock(true);

  /** How far the sweep under way has come; the largest number for none. */
  private long sweptTo = Long.MAX_VALUE;

  private volatile long expired;

  Sweeper(StoreParts parts, Maintenance maintenance, WritePath writes) {
    this.parts = parts;
    this.maintenance = maintenance;
    this.writes = writes;
    this.stripes = parts.stripes;
    this.index = parts.index;
    this.versions = parts.versions;
    this.earliestExpiry = parts.earliestExpiry;
    for (SSTable sstable : versions.current().sstables) {
      earliestExpiry.accumulateAndGet(sstable.firstExpiry(), Math::min);
    }
  }

  /** Removes the entries whose time has passed. */
  void sweep() {
    long now = parts.clock.millis();
    if (earliestExpiry.get() > now) {
      return;
    }
    byte[] from = ExpiryKey.from(begin());
    try {
      while (from != null) {
        from = sweepSome(from, now);
        maintenance.requestDue();
      }
      noteEarliestExpiry(now + 1);
      sweptTo(Long.MAX_VALUE);
    } finally {
      end();
    }
  }

  /** Begins a sweep; expiries that are written from now on are the next one's. */
  private synchronized long begin() {
    sweptTo = earliestExpiry.getAndSet(Long.MAX_VALUE);
    return sweptTo;
  }

  private synchronized void sweptTo(long expiresAt) {
    sweptTo = expiresAt;
  }

  /** Ends a sweep; what it has not come to is the next one's. */
  private synchronized void end() {
    earliestExpiry.accumulateAndGet(sweptTo, Math::min);
    sweptTo = Long.MAX_VALUE;
  }

  /** When the first entry expires, at most too early; the largest number for none. */
  synchronized long earliestExpiry() {
    return Math.min(sweptTo, earliestExpiry.get());
  }

  /** Sweeps a batch from an expiry key on; returns where the next begins, or null at the end. */
  private byte[] sweepSome(byte[] from, long now) {
    List<byte[]> due = new ArrayList<>();
    try (Lease<Version> lease = versions.lease()) {
      Cursor cursor = lease.get().expiries(from, ExpiryKey.from(now + 1));
      while (due.size() < SWEPT_AT_ONCE && cursor.next()) {
        due.add(cursor.ownKey());
      }
    }
    if (due.isEmpty()) {
      return null;
    }
    writes.awaitRoom(List.of());
    StripedLocks.Stripe[] locked =
        stripes.of(due.stream().map(ExpiryKey::entryKey).toArray(byte[][]::new));
    pause.writeLock().lock();
    try {
      sweep(due, locked);
    } finally {
      pause.writeLock().unlock();
    }
    parts.changes.signal().raise();
    byte[] last = due.get(due.size() - 1);
    sweptTo(ExpiryKey.instant(last));
    return ExpiryKey.behind(last);
  }

  private void sweep(List<byte[]> due, StripedLocks.Stripe[] locked) {
    StripedLocks.lock(locked);
    try {
      parts.requireOpen();
      List<Operation> deletes = new ArrayList<>();
      for (byte[] expiryKey : due) {
        byte[] key = ExpiryKey.entryKey(expiryKey);
        VersionedValue hit = index.get(key);
        if (hit != null && ExpiryKey.isOf(expiryKey, hit.expiresAt())) {
          deletes.add(Operation.expire(key, hit.expiresAt()));
        }
      }
      if (!deletes.isEmpty()) {
        writes.writeTogether(locked, deletes);
        expired += deletes.size();
      }
    } finally {
      StripedLocks.unlock(locked);
    }
  }

  /** How many entries were removed. */
  long expired() {
    return expired;
  }

  /** Reads something while nothing is swept; writers go on. */
  <T> T whilePaused(Supplier<T> read) {
    pause.readLock().lock();
    try {
      return read.get();
    } finally {
      pause.readLock().unlock();
    }
  }

  /** Notes the first expiry from a time on. */
  private void noteEarliestExpiry(long from) {
    try (Lease<Version> lease = versions.lease()) {
      Cursor cursor = lease.get().expiries(ExpiryKey.from(from), null);
      if (cursor.next()) {
        earliestExpiry.accumulateAndGet(ExpiryKey.instant(cursor.key()), Math::min);
      }
    }
  }

  /** How many entries of a version have expired at {@code now} and are still in the index. */
  long countDue(Version version, long now) {
    long due = 0;
    Cursor cursor = version.expiries(ExpiryKey.from(earliestExpiry()), ExpiryKey.from(now + 1));
    while (cursor.next()) {
      if (isDue(cursor.key())) {
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
      return hit != null && ExpiryKey.isOf(expiryKey, hit.expiresAt());
    } finally {
      stripe.applying.unlockRead(stamp);
    }
  }
}
