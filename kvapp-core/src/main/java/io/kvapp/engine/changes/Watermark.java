package io.kvapp.engine.changes;

import io.kvapp.engine.model.StripedLocks;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.function.LongSupplier;

/**
 * The revision up to which every write can be seen by every reader.
 *
 * <p>Writes get their revisions in the journal, one after the other, but those of different stripes
 * become visible in any order. A writer therefore notes in its stripe, before its record is in the
 * journal, a bound that the revision will not be below, and takes that back once the write is
 * visible; everything below the lowest bound can be seen. So a writer pays for two stores into an
 * array, and whoever asks for the walk over it.
 *
 * <p>Safe for any thread.
 */
public final class Watermark {
  private final LongSupplier appended;

  /** For each stripe the lowest revision that its write may get; 0 while none is under way. */
  private final AtomicLongArray underWay = new AtomicLongArray(StripedLocks.COUNT);

  private final AtomicLong reached;

  /**
   * A watermark at the newest revision there is.
   *
   * @param appended the revision of the newest record in the journal
   */
  public Watermark(LongSupplier appended) {
    this.appended = appended;
    this.reached = new AtomicLong(appended.getAsLong());
  }

  /**
   * Holds the watermark below the next write, whose record is not in the journal yet. The stripe is
   * locked for writing.
   *
   * @return whether a failed write of the stripe does not hold it already
   */
  public boolean hold(StripedLocks.Stripe stripe) {
    if (underWay.getPlain(stripe.number) != 0) {
      return false;
    }
    underWay.setRelease(stripe.number, appended.getAsLong() + 1);
    return true;
  }

  /**
   * Lets the watermark pass that write, which is visible, or has left no record. One that has left
   * a record and never becomes visible holds it for good; the journal takes no more writes then.
   */
  public void release(StripedLocks.Stripe stripe) {
    underWay.setRelease(stripe.number, 0);
  }

  /** The revision up to which all writes are visible; never lower than it was told before. */
  public long revision() {
    long known = reached.get();
    long newest = appended.getAsLong();
    if (newest == known) {
      return known;
    }
    // The records up to the newest one were held before they were appended.
    long below = newest + 1;
    for (int i = 0; i < StripedLocks.COUNT; i++) {
      long bound = underWay.getAcquire(i);
      if (bound != 0) {
        below = Math.min(below, bound);
      }
    }
    return reached.accumulateAndGet(below - 1, Math::max);
  }
}
