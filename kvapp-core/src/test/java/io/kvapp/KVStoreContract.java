package io.kvapp;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.AnnotatedElementContext;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.io.TempDirFactory;

/**
 * What every {@link KVStore} must do, whatever is behind it. A store is held to it by a subclass
 * that opens one. A store that cannot do a {@link StoreFixture.Part} of {@link StoreAdmin} says so
 * in {@link #parts()}; it passes everything else unmodified.
 *
 * <pre>{@code
 * class InMemoryStoreTest extends KVStoreContract {
 *   @Override
 *   public KVStore open(Path folder, StoreOptions options) {
 *     return KVStore.inMemory(options);
 *   }
 * }
 * }</pre>
 */
public abstract class KVStoreContract
    implements ReadWriteContract,
        LimitsContract,
        ConditionContract,
        ExpiryContract,
        BatchContract,
        ExpiryOfBatchContract,
        NumberContract,
        RevisionContract,
        PrefixDeleteContract,
        ScanContract,
        ThreadsContract,
        InterruptsContract,
        PartsContract,
        UpkeepContract,
        BackupContract,
        LoadContract,
        SnapshotContract,
        ChangesContract,
        ImportContract,
        RandomOperationsContract {
  @TempDir(factory = FolderOfTheTest.class)
  Path folder;

  private final TestClock clock = new TestClock();
  private KVStore store;

  @BeforeEach
  final void openStore() {
    store = open(storeFolder(), storeOptions());
  }

  @AfterEach
  final void checkAndClose() {
    if (isOpen()) {
      if (parts().contains(Part.VERIFY)) {
        assertThat(store.admin().verify().faults()).isEmpty();
      }
      afterEachTest();
    }
    store.close();
  }

  /** A new folder for a test, whose files are the disk's unless this is overridden. */
  protected Path newFolder() throws IOException {
    return Files.createTempDirectory("kvapp");
  }

  private static final class FolderOfTheTest implements TempDirFactory {
    @Override
    public Path createTempDirectory(AnnotatedElementContext field, ExtensionContext test)
        throws IOException {
      return ((KVStoreContract) test.getRequiredTestInstance()).newFolder();
    }
  }

  /** More to check after each test on the store it leaves; nothing unless overridden. */
  protected void afterEachTest() {}

  /** Closes the store and opens it again with the same options. */
  protected final void reopen() {
    store.close();
    store = open(storeFolder(), storeOptions());
  }

  /** The folder of {@link #store()}, where it keeps files. */
  protected final Path storeFolder() {
    return folder.resolve("store");
  }

  /** The options of {@link #store()}. */
  protected final StoreOptions storeOptions() {
    return StoreFixture.options(clock);
  }

  @Override
  public final KVStore store() {
    return store;
  }

  @Override
  public final TestClock clock() {
    return clock;
  }

  @Override
  public final Path scratch() {
    return folder;
  }

  private boolean isOpen() {
    try {
      store.size();
      return true;
    } catch (KVException.WrongState closed) {
      return false;
    }
  }
}
