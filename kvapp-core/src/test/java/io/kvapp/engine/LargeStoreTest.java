package io.kvapp.engine;

import io.kvapp.KVStore;
import io.kvapp.PersistentStoreContract;
import io.kvapp.Settings;
import io.kvapp.engine.file.Disk;
import io.kvapp.engine.hashtable.HashTable;
import io.kvapp.engine.model.EngineOptions;
import java.io.IOException;
import java.nio.file.Path;

/** A store that writes to its hash table as if it were a large one. */
class LargeStoreTest extends PersistentStoreContract {
  @Override
  public KVStore open(Settings settings) {
    return DiskStore.open(settings, new CallingDisk(), EngineOptions.standard());
  }

  private static final class CallingDisk extends Disk {
    @Override
    public HashTable createView(
        Path file, long entries, int keyBytes, int valueBytes, boolean hugePages)
        throws IOException {
      return byCalls(super.createView(file, entries, keyBytes, valueBytes, hugePages));
    }

    @Override
    public HashTable openView(Path file, long entries, int keyBytes, int valueBytes, int[] sums)
        throws IOException {
      return byCalls(super.openView(file, entries, keyBytes, valueBytes, sums));
    }

    private static HashTable byCalls(HashTable table) {
      table.overwriteByCalls();
      return table;
    }
  }
}
