package io.kvapp.engine.hashtable;

import io.kvapp.engine.model.VersionedValue;
import io.kvapp.engine.tree.Version;
import java.util.function.Supplier;

/**
 * What journal and SSTables say of single keys, by the newest version of the moment.
 *
 * <p>Immutable, safe for any thread.
 *
 * @param versions supplies the newest version, acquired for the caller
 */
record Truth(Supplier<Version> versions) {
  /** The newest version, which the caller releases. */
  Version acquire() {
    return versions.get();
  }

  /** The entry of a key with its value, expired or not; null if there is none. */
  VersionedValue lookUp(byte[] key) {
    Version version = acquire();
    try {
      return version.lookUp(key);
    } finally {
      version.release();
    }
  }

  /** Whether there is an entry of a key, expired or not. */
  boolean holds(byte[] key) {
    Version version = acquire();
    try {
      return version.holds(key);
    } finally {
      version.release();
    }
  }

  /** Whether a key that had an entry at a revision has been written or deleted since. */
  boolean hasChanged(byte[] key, long since) {
    Version version = acquire();
    try {
      return version.hasChanged(key, since);
    } finally {
      version.release();
    }
  }
}
