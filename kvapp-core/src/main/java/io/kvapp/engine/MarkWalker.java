package io.kvapp.engine;

import io.kvapp.KVException;
import io.kvapp.engine.file.Lease;
import io.kvapp.engine.tree.Version;
import io.kvapp.engine.tree.VersionSet;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Walks over the marks of deletes ahead of scans, which then jump over them.
 *
 * <p>{@link #walk} is for one thread at a time, {@link #noteDelete} for any.
 */
final class MarkWalker {
  private static final Logger LOG = LoggerFactory.getLogger(MarkWalker.class);

  /** At most about so many marks are left for a scan to step over. */
  private static final int DELETES_BETWEEN_WALKS = 4096;

  private final VersionSet versions;
  private final Runnable pace;
  private final AtomicLong deletes = new AtomicLong();
  private volatile byte[] lastDeleted;

  /**
   * A walker.
   *
   * @param pace called now and then; what it throws ends the walk
   */
  MarkWalker(VersionSet versions, Runnable pace) {
    this.versions = versions;
    this.pace = pace;
  }

  /** Notes a delete; true when it is time to walk. */
  boolean noteDelete(byte[] key) {
    if (deletes.incrementAndGet() % DELETES_BETWEEN_WALKS != 0) {
      return false;
    }
    lastDeleted = key;
    return true;
  }

  /** Steps from the last deleted key to the next entry in both directions. */
  void walk() {
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
