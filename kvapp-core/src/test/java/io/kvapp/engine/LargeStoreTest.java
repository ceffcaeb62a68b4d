package io.kvapp.engine;

import io.kvapp.KVStore;
import io.kvapp.PersistentStoreContract;
import io.kvapp.StoreOptions;
import io.kvapp.engine.file.Disk;
import io.kvapp.engine.model.EngineOptions;
import java.nio.file.Path;

/** A store whose hash table is overwritten by calls, as a large one is. */
class LargeStoreTest extends PersistentStoreContract {
  @Override
  public KVStore open(Path folder, StoreOptions options) {
    return DiskStore.open(
        folder, options, new Disk(), EngineOptions.standard().withMaxMappedTableBytes(0));
  }
}
