package io.kvapp.engine;

import io.kvapp.KVStore;
import io.kvapp.PersistentStoreContract;
import io.kvapp.StoreOptions;
import io.kvapp.engine.file.Disk;
import io.kvapp.engine.hashtable.HashTable;
import io.kvapp.engine.model.EngineOptions;
import java.io.IOException;
import java.nio.file.Path;

/** A store whose hash map is written to as if it were a large one. */
class LargeStoreTest extends PersistentStoreContract {
  @Override
  public KVStore open(Path folder, StoreOptions options) {
    return DiskStore.open(folder, options, new CallingDisk(), EngineOptions.standard());
  }

  private static final class CallingDisk extends Disk {
    @Override
    public HashTable createView(
        Path file, long entries, int keyBytes, int valueBytes, boolean hugePages)
        throws IOException {
      return byCalls(super.createView(file, entries, keyBytes, valueBytes, hugePages), file);
    }

    @Override
    public HashTable openView(Path file, long entries, int keyBytes, int valueBytes, int[] sums)
        throws IOException {
      return byCalls(super.openView(file, entries, keyBytes, valueBytes, sums), file);
    }

    private static HashTable byCalls(HashTable view, Path file) {
      view.overwriteByCalls(file);
      return view;
    }
  }
}
