package io.kvapp.server.command;

import io.kvapp.KVStore;
import io.kvapp.StoreOptions;
import io.kvapp.StoreProvider;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.net.URI;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Stores in folders that outlive those who open and close them, as one of a server does. */
public final class SharedStoreProvider implements StoreProvider {
  private static final Map<String, KVStore> STORES = new ConcurrentHashMap<>();

  /** Closes the store at this URI, if it was opened. */
  static void close(String uri) {
    KVStore store = STORES.remove(uri);
    if (store != null) {
      store.close();
    }
  }

  @Override
  public Set<String> schemes() {
    return Set.of("shared");
  }

  @Override
  public KVStore open(URI uri, StoreOptions options) {
    KVStore store =
        STORES.computeIfAbsent(uri.toString(), each -> KVStore.open(Path.of(uri.getPath())));
    return (KVStore)
        Proxy.newProxyInstance(
            KVStore.class.getClassLoader(),
            new Class<?>[] {KVStore.class},
            (proxy, method, arguments) -> {
              if (method.getName().equals("close")) {
                return null;
              }
              try {
                return method.invoke(store, arguments);
              } catch (InvocationTargetException thrown) {
                throw thrown.getCause();
              }
            });
  }
}
