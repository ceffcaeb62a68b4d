package io.kvapp.engine;

import io.kvapp.KVException;
import io.kvapp.engine.file.Lease;
import io.kvapp.engine.tree.Version;
import io.kvapp.engine.tree.VersionSet;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Steps over the marks of deletes ahead of scans, which then find the empty ranges remembered.
 *
 * <p>{@link #note} is for any thread, {@link #run} for one.
 */
final class MarkWalk {
  private static final Logger LOG = LoggerFactory.getLogger(MarkWalk.class);

  /** At most about so many marks of deletes are left for a scan to step over. */
  private static final int DELETES_BETWEEN_WALKS = 4096;

  private final VersionSet versions;
  private final Runnable pace;
  private final AtomicLong deletes = new AtomicLong();
  private volatile byte[] lastDeleted;

  /**
   * A walk that has not begun.
   *
   * @param pace called now and then; what it throws ends the walk
   */
  MarkWalk(VersionSet versions, Runnable pace) {
    this.versions = versions;
    this.pace = pace;
  }

  /** Notes a key that was deleted; true if it is time for a {@link #run}. */
  boolean note(byte[] key) {
    boolean due = deletes.incrementAndGet() % DELETES_BETWEEN_WALKS == 0;
    if (due) {
      lastDeleted = key;
    }
    return due;
  }

  /** Steps from the last key noted to the next entry in both directions. */
  void run() {
    byte[] key = lastDeleted;
    try (Lease<Version> lease = versions.lease()) {
      Version version = lease.get();
      versions.live(version, key, null, false, pace).next();
      versions.live(version, new byte[0], key, true, pace).next();
    } catch (KVException.Corrupt damage) {
      LOG.debug("marks are left to scans: {}", damage.getMessage());
    }
  }
}
