package io.kvapp.etcd;

import io.kvapp.KVException;
import io.kvapp.KVStore;
import io.kvapp.StoreFinding;
import io.kvapp.StoreOptions;
import io.kvapp.StoreProvider;
import io.kvapp.etcd.doctor.Examination;
import io.kvapp.etcd.settings.EtcdSettings;
import java.net.URI;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;

/**
 * Opens stores on clusters: {@code etcd:} URIs.
 *
 * <p>Safe for any thread.
 */
public final class EtcdStoreProvider implements StoreProvider {
  /** The provider, which does nothing until it is asked. */
  public EtcdStoreProvider() {}

  @Override
  public Set<String> schemes() {
    return Set.of("etcd");
  }

  @Override
  public KVStore open(URI uri, StoreOptions options) {
    if (options.readOnly()) {
      throw new KVException.Unsupported(
          "a store on etcd cannot be opened to read only; give the URI a user whose role only"
              + " reads instead");
    }
    return EtcdStore.open(uri, options);
  }

  @Override
  public List<StoreFinding> findings(URI uri) {
    return Examination.of(EtcdSettings.of(uri), InstantSource.system());
  }
}
