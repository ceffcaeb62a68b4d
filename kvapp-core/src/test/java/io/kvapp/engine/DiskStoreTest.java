package io.kvapp.engine;

import io.kvapp.KVStore;
import io.kvapp.PersistentStoreContract;
import io.kvapp.StoreOptions;
import java.nio.file.Path;

class DiskStoreTest extends PersistentStoreContract {
  @Override
  public KVStore open(Path folder, StoreOptions options) {
    return DiskStore.open(folder, options);
  }
}
