package io.kvapp.engine.memory;

import io.kvapp.KVStore;
import io.kvapp.KVStoreContract;
import io.kvapp.Settings;

class InMemoryStoreTest extends KVStoreContract {
  @Override
  public KVStore open(Settings settings) {
    return new InMemoryStore(settings);
  }
}
