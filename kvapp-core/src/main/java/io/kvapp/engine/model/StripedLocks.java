package io.kvapp.engine.model;

import java.util.Arrays;
import java.util.concurrent.locks.ReentrantLock;
import java.util.concurrent.locks.StampedLock;

/**
 * Locks for keys, so that writes of one key come one after the other while others go on.
 *
 * <p>A stripe is two locks. A writer holds {@code writing} from its first look at the key to its
 * acknowledgement, a sync included. It holds {@code applying} for the moment in which the change
 * becomes visible; readers of the hash table share that lock, so a reader that finds the new value
 * in the hash table finds it in the tree too.
 *
 * <p>Safe for any thread. A thread locks several stripes in the order in which {@link
 * #of(byte[][])} gives them.
 */
public final class StripedLocks {
  /** How many stripes there are. */
  public static final int COUNT = 1024;

  /** The locks of the keys that share a hash. */
  public static final class Stripe {
    public final ReentrantLock writing = new ReentrantLock();
    public final StampedLock applying = new StampedLock();

    /** Which of the stripes it is, from 0 on. */
    public final int number;

    Stripe(int number) {
      this.number = number;
    }
  }

  private final Stripe[] stripes = new Stripe[COUNT];

  public StripedLocks() {
    Arrays.setAll(stripes, Stripe::new);
  }

  public Stripe of(byte[] key) {
    return stripes[indexOf(key)];
  }

  private static int indexOf(byte[] key) {
    int hash = Arrays.hashCode(key) * 0x9e37_79b9;
    return hash >>> Integer.SIZE - Integer.numberOfTrailingZeros(COUNT);
  }

  /** The stripes of several keys, each once, in the order in which they are to be locked. */
  public Stripe[] of(byte[][] keys) {
    return Arrays.stream(keys)
        .mapToInt(StripedLocks::indexOf)
        .sorted()
        .distinct()
        .mapToObj(index -> stripes[index])
        .toArray(Stripe[]::new);
  }

  /** Runs {@code action} while no write is in flight. */
  public void withoutWriters(Runnable action) {
    lock(stripes);
    try {
      action.run();
    } finally {
      unlock(stripes);
    }
  }

  /** Runs {@code action} while neither a write nor a read of the hash table is in flight. */
  public void alone(Runnable action) {
    long[] stamps = new long[COUNT];
    lock(stripes);
    try {
      lockApplying(stripes, stamps);
      try {
        action.run();
      } finally {
        unlockApplying(stripes, stamps);
      }
    } finally {
      unlock(stripes);
    }
  }

  /** Locks all of them for a writer, or none when that fails. */
  public static void lock(Stripe[] locked) {
    int taken = 0;
    try {
      for (; taken < locked.length; taken++) {
        locked[taken].writing.lock();
      }
    } catch (Throwable failure) {
      while (taken > 0) {
        locked[--taken].writing.unlock();
      }
      throw failure;
    }
  }

  public static void unlock(Stripe[] locked) {
    for (Stripe stripe : locked) {
      stripe.writing.unlock();
    }
  }

  /**
   * Locks all of them for a change that readers see, or none when that fails.
   *
   * @param stamps takes what {@link #unlockApplying} needs
   */
  public static void lockApplying(Stripe[] locked, long[] stamps) {
    int taken = 0;
    try {
      for (; taken < locked.length; taken++) {
        stamps[taken] = locked[taken].applying.writeLock();
      }
    } catch (Throwable failure) {
      while (--taken >= 0) {
        locked[taken].applying.unlockWrite(stamps[taken]);
      }
      throw failure;
    }
  }

  public static void unlockApplying(Stripe[] locked, long[] stamps) {
    for (int i = 0; i < locked.length; i++) {
      locked[i].applying.unlockWrite(stamps[i]);
    }
  }
}
