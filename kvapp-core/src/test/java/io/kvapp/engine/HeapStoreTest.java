package io.kvapp.engine;

import io.kvapp.KVStore;
import io.kvapp.KVStoreContract;
import io.kvapp.Settings;

class HeapStoreTest extends KVStoreContract {
  @Override
  public KVStore open(Settings settings) {
    return new HeapStore(settings);
  }
}
