package io.kvapp.engine.memory;

import io.kvapp.KVStore;
import io.kvapp.StoreOptions;
import io.kvapp.StoreProvider;
import java.net.URI;
import java.util.Set;

/**
 * Opens stores in memory: {@code mem:}, a new and empty one each time.
 *
 * <p>Safe for any thread.
 */
public final class InMemoryStoreProvider implements StoreProvider {
  /** The provider, which does nothing until it is asked. */
  public InMemoryStoreProvider() {}

  @Override
  public Set<String> schemes() {
    return Set.of("mem");
  }

  /**
   * A new store.
   *
   * @throws IllegalArgumentException if something stands behind the scheme: a store in memory has
   *     no name by which it could be opened a second time
   */
  @Override
  public KVStore open(URI uri, StoreOptions options) {
    if (!"/".equals(uri.getSchemeSpecificPart()) || uri.getFragment() != null) {
      throw new IllegalArgumentException(
          "store: mem: and nothing behind it, as each open makes a store of its own");
    }
    return new InMemoryStore(options);
  }
}
