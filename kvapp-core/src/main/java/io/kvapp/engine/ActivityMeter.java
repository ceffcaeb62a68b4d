package io.kvapp.engine;

import java.util.function.LongPredicate;
import java.util.function.LongSupplier;

/**
 * How much is written to a store, measured between ticks of the {@link Maintenance}.
 *
 * <p>Three figures decide: for how many ticks nothing was written at all (quiet, idle), whether the
 * hash table finds the bytes of a tick few or many (calm or busy), and for how long on end, and how
 * many entries a tick adds.
 *
 * <p>{@link #tick} is for one thread; all else is safe for any thread.
 */
final class ActivityMeter {
  /** Without a write for so many ticks, a store is quiet. */
  static final int QUIET_TICKS = 2;

  /** Without a write for so many ticks, a store is idle. */
  static final int IDLE_TICKS = 5;

  /** Calm or busy for so many ticks, a store is steadily so. */
  static final int STEADY_TICKS = 20;

  /** A store that gets more than this share of its entries anew in a tick is growing. */
  private static final int GROWING_SHARE = 4096;

  private final LongSupplier revision;
  private final LongSupplier writtenBytes;
  private final LongPredicate isCalm;
  private final LongSupplier entries;
  private long revisionAtTick;
  private long entriesAtTick;
  private volatile long bytesAtTick;
  private volatile int ticksWithoutWrite;
  private volatile long addedEntries = Long.MAX_VALUE;
  private volatile int ticksWithoutGrowth;
  private volatile Spell spell = new Spell(false, 0, 0);

  /** So many ticks on end that were all calm or all busy, and the bytes written in them. */
  private record Spell(boolean calm, int ticks, long bytes) {
    Spell next(boolean nowCalm, long nowBytes) {
      return nowCalm == calm
          ? new Spell(calm, ticks + 1, bytes + nowBytes)
          : new Spell(nowCalm, 1, nowBytes);
    }
  }

  /**
   * A meter that takes the store for busy and growing fast until the first tick.
   *
   * @param revision the revision of the newest write
   * @param writtenBytes the bytes of all writes since the store was opened
   * @param isCalm whether so many bytes in one tick are few
   * @param entries how many entries there are
   */
  ActivityMeter(
      LongSupplier revision,
      LongSupplier writtenBytes,
      LongPredicate isCalm,
      LongSupplier entries) {
    this.revision = revision;
    this.writtenBytes = writtenBytes;
    this.isCalm = isCalm;
    this.entries = entries;
    this.entriesAtTick = entries.getAsLong();
  }

  /** Notes what was written since the last tick. */
  void tick() {
    long revisionNow = revision.getAsLong();
    long bytesNow = writtenBytes.getAsLong();
    long bytes = bytesNow - bytesAtTick;
    ticksWithoutWrite = revisionNow == revisionAtTick ? ticksWithoutWrite + 1 : 0;
    spell = spell.next(isCalm.test(bytes), bytes);
    long entriesNow = entries.getAsLong();
    addedEntries = Math.max(0, entriesNow - entriesAtTick);
    boolean growing = addedEntries > entriesNow / GROWING_SHARE;
    ticksWithoutGrowth = growing ? 0 : ticksWithoutGrowth + 1;
    entriesAtTick = entriesNow;
    revisionAtTick = revisionNow;
    bytesAtTick = bytesNow;
  }

  /** Whether nobody has written for a moment. */
  boolean isQuiet() {
    return ticksWithoutWrite >= QUIET_TICKS;
  }

  /** Whether nobody has written for so long that the disk is free for work that can wait. */
  boolean isIdle() {
    return ticksWithoutWrite >= IDLE_TICKS;
  }

  /** Whether much was written in the last tick. */
  boolean isBusy() {
    return !spell.calm;
  }

  /** By how many entries the last tick found more; before the first, the largest number. */
  long addedEntries() {
    return addedEntries;
  }

  /** Whether hardly any entries have been added for some time, whatever else was written. */
  boolean isSteadyInSize() {
    return ticksWithoutGrowth >= STEADY_TICKS;
  }

  /** Whether much was written in the last tick or has been since. */
  boolean isBusyNow() {
    return isBusy() || !isCalm.test(writtenBytes.getAsLong() - bytesAtTick);
  }

  boolean isSteadilyCalm() {
    Spell now = spell;
    return now.calm && now.ticks >= STEADY_TICKS;
  }

  boolean isSteadilyBusy() {
    Spell now = spell;
    return !now.calm && now.ticks >= STEADY_TICKS;
  }

  /** The bytes written since the store last turned from calm to busy or back. */
  long bytesSinceTurn() {
    return spell.bytes;
  }
}
