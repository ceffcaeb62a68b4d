package io.kvapp.engine;

import io.kvapp.KVStore;
import io.kvapp.PersistentStoreContract;
import io.kvapp.Settings;
import java.io.IOException;
import java.nio.file.Path;

/** A store whose hash map is written to as if it were a large one. */
class LargeMapStoreTest extends PersistentStoreContract {
  @Override
  public KVStore open(Settings settings) {
    return MapStore.open(settings, new CallingDisk(), Tuning.standard());
  }

  private static final class CallingDisk extends Disk {
    @Override
    HashView createView(Path file, long entries, int keyBytes, int valueBytes, boolean hugePages)
        throws IOException {
      return byCalls(super.createView(file, entries, keyBytes, valueBytes, hugePages), file);
    }

    @Override
    HashView openView(Path file, long entries, int keyBytes, int valueBytes, int[] sums)
        throws IOException {
      return byCalls(super.openView(file, entries, keyBytes, valueBytes, sums), file);
    }

    private static HashView byCalls(HashView view, Path file) {
      view.overwriteByCalls(file);
      return view;
    }
  }
}
