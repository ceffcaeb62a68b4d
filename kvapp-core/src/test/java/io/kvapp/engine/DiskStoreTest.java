package io.kvapp.engine;

import io.kvapp.KVStore;
import io.kvapp.PersistentStoreContract;
import io.kvapp.Settings;

class DiskStoreTest extends PersistentStoreContract {
  @Override
  public KVStore open(Settings settings) {
    return DiskStore.open(settings);
  }
}
