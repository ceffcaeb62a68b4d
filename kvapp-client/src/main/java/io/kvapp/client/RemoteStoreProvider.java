package io.kvapp.client;

import io.kvapp.KVException;
import io.kvapp.KVStore;
import io.kvapp.StoreOptions;
import io.kvapp.StoreProvider;
import java.net.URI;
import java.util.Set;

/**
 * Connects to servers: {@code http:} and {@code https:} URIs.
 *
 * <p>Safe for any thread.
 */
public final class RemoteStoreProvider implements StoreProvider {
  /** The provider, which does nothing until it is asked. */
  public RemoteStoreProvider() {}

  @Override
  public Set<String> schemes() {
    return Set.of("http", "https");
  }

  @Override
  public KVStore open(URI uri, StoreOptions options) {
    if (options.readOnly()) {
      throw new KVException.Unsupported(
          "a store of a server cannot be opened to read only; sign in as a user with the role"
              + " reader instead");
    }
    return RemoteStore.builder(uri).open();
  }
}
