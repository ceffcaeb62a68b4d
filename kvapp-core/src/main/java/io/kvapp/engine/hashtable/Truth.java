package io.kvapp.engine.hashtable;

import io.kvapp.engine.file.Lease;
import io.kvapp.engine.model.VersionedValue;
import io.kvapp.engine.tree.Version;
import java.util.function.Supplier;

/**
 * What journal and SSTables say of single keys, by the newest version of the moment.
 *
 * <p>Immutable, safe for any thread.
 *
 * @param versions supplies the newest version, leased for the caller
 */
record Truth(Supplier<Lease<Version>> versions) {
  /** The newest version, for as long as the caller keeps it. */
  Lease<Version> lease() {
    return versions.get();
  }

  /** The entry of a key, expired or not, as the index keeps it; null if there is none. */
  VersionedValue lookUp(byte[] key) {
    try (Lease<Version> lease = lease()) {
      Version version = lease.get();
      return version.lookUp(key, HashIndex.MAX_INLINE_VALUE_BYTES);
    }
  }

  /** Whether there is an entry of a key, expired or not. */
  boolean holds(byte[] key) {
    try (Lease<Version> lease = lease()) {
      Version version = lease.get();
      return version.holds(key);
    }
  }

  /** Whether a key that had an entry at a revision has been written or deleted since. */
  boolean hasChanged(byte[] key, long since) {
    try (Lease<Version> lease = lease()) {
      Version version = lease.get();
      return version.hasChanged(key, since);
    }
  }
}
