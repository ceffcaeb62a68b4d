package io.kvapp.engine;

import io.kvapp.KVStore;
import io.kvapp.PersistentStoreContract;
import io.kvapp.StoreOptions;
import io.kvapp.engine.crash.ScratchFolder;
import io.kvapp.engine.file.Disk;
import io.kvapp.engine.model.EngineOptions;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;

/**
 * A store whose hash table is overwritten by calls, as a large one is. Its files are in memory;
 * {@link DiskStoreTest} passes the same contract on the disk.
 */
@Tag("once")
class LargeStoreTest extends PersistentStoreContract {
  @Override
  protected Path newFolder() throws IOException {
    return ScratchFolder.inMemory().path();
  }

  @Override
  public KVStore open(Path folder, StoreOptions options) {
    return DiskStore.open(
        folder, options, new Disk(), EngineOptions.standard().withMaxMappedTableBytes(0));
  }
}
