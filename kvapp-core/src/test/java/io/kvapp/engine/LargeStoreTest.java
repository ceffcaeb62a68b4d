package io.kvapp.engine;

import io.kvapp.KVStore;
import io.kvapp.PersistentStoreContract;
import io.kvapp.Settings;
import io.kvapp.engine.file.Disk;
import io.kvapp.engine.model.EngineOptions;

/** A store whose hash table is overwritten by calls, as a large one is. */
class LargeStoreTest extends PersistentStoreContract {
  @Override
  public KVStore open(Settings settings) {
    return DiskStore.open(
        settings, new Disk(), EngineOptions.standard().withMaxMappedTableBytes(0));
  }
}
