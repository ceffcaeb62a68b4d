package io.kvapp.engine;

import io.kvapp.KVException;
import io.kvapp.KVStore;
import io.kvapp.StoreInspection;
import io.kvapp.StoreOptions;
import io.kvapp.StoreProvider;
import io.kvapp.engine.hashtable.ModuleAccess;
import java.net.URI;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Opens folders: {@code file:} URIs.
 *
 * <p>Safe for any thread.
 */
public final class DiskStoreProvider implements StoreProvider {
  private static final String CHRONICLE_MAP = "net.openhft.chronicle.map.ChronicleMap";

  /** The provider, which does nothing until it is asked. */
  public DiskStoreProvider() {}

  @Override
  public Set<String> schemes() {
    return Set.of("file");
  }

  @Override
  public KVStore open(URI uri, StoreOptions options) {
    if (options.readOnly()) {
      return ReadOnlyStore.open(Path.of(uri), options);
    }
    return withChronicle(() -> DiskStore.open(Path.of(uri), options));
  }

  @Override
  public StoreInspection inspect(URI uri) {
    return FolderInspection.of(Path.of(uri), jvmFault());
  }

  private static Optional<String> jvmFault() {
    try {
      withChronicle(
          () -> {
            ModuleAccess.open();
            return null;
          });
      return Optional.empty();
    } catch (KVException shut) {
      return Optional.of(shut.getMessage());
    }
  }

  private static <T> T withChronicle(Supplier<T> work) {
    try {
      Class.forName(CHRONICLE_MAP, false, DiskStoreProvider.class.getClassLoader());
      return work.get();
    } catch (ClassNotFoundException | NoClassDefFoundError missing) {
      String name = missing.getMessage().replace('/', '.');
      throw new KVException(
          name.startsWith("java") || name.startsWith("jdk.")
              ? "a store in a folder needs "
                  + name
                  + ", which this Java runtime does not have; add its module to the image of the"
                  + " runtime, such as jdk.jfr"
              : "a store in a folder needs Chronicle Map, and "
                  + name
                  + " is not on the class path; add net.openhft:chronicle-map, which comes with"
                  + " io.kvapp:kvapp-core unless it is excluded",
          missing);
    }
  }
}
