package io.kvapp.engine;

import io.kvapp.KVStore;
import io.kvapp.PersistentStoreContract;
import io.kvapp.Settings;

class MapStoreTest extends PersistentStoreContract {
  @Override
  public KVStore open(Settings settings) {
    return MapStore.open(settings);
  }
}
