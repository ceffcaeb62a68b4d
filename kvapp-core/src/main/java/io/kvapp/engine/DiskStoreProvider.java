package io.kvapp.engine;

import io.kvapp.KVException;
import io.kvapp.KVStore;
import io.kvapp.StoreInspection;
import io.kvapp.StoreOptions;
import io.kvapp.StoreProvider;
import io.kvapp.engine.hashtable.ModuleAccess;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Opens folders: {@code file:} URIs.
 *
 * <p>Safe for any thread.
 */
public final class DiskStoreProvider implements StoreProvider {
  /** What KVApp and Chronicle Map use of the JDK besides {@code java.base}. */
  private static final List<String> MODULES =
      List.of("java.management", "java.naming", "jdk.jfr", "jdk.unsupported");

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
    requireModules();
    try {
      Class.forName(CHRONICLE_MAP, false, DiskStoreProvider.class.getClassLoader());
      return work.get();
    } catch (ClassNotFoundException | NoClassDefFoundError missing) {
      throw new KVException(
          "a store in a folder needs Chronicle Map, and "
              + missing.getMessage().replace('/', '.')
              + " is not on the class path; add net.openhft:chronicle-map, which comes with"
              + " io.kvapp:kvapp-core unless it is excluded",
          missing);
    }
  }

  private static void requireModules() {
    ModuleLayer runtime = ModuleLayer.boot();
    List<String> missing =
        MODULES.stream().filter(name -> runtime.findModule(name).isEmpty()).toList();
    if (!missing.isEmpty()) {
      throw new KVException(
          "a store in a folder needs "
              + String.join(", ", missing)
              + ", which this Java runtime does not have; add such modules to the image of the"
              + " runtime");
    }
  }
}
