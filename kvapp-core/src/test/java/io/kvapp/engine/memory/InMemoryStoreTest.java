package io.kvapp.engine.memory;

import io.kvapp.KVStore;
import io.kvapp.KVStoreContract;
import io.kvapp.StoreOptions;
import java.nio.file.Path;

class InMemoryStoreTest extends KVStoreContract {
  @Override
  public KVStore open(Path folder, StoreOptions options) {
    return new InMemoryStore(options);
  }
}
