package io.kvapp.etcd;

import io.kvapp.KVStore;
import io.kvapp.KVStoreContract;
import io.kvapp.StoreOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.AnnotatedElementContext;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.io.TempDirFactory;

/** The contract of every store, on one node; each folder of a test is a prefix of keys there. */
@Timeout(120)
final class EtcdStoreTest extends KVStoreContract {
  @TempDir(factory = InMemory.class)
  static Path data;

  private static EtcdNode node;
  private static int prefixes;

  private final Map<Path, String> prefixOf = new HashMap<>();

  @BeforeAll
  static void startNode() {
    node = EtcdNode.alone(data).start();
  }

  @AfterAll
  static void endNode() {
    node.close();
  }

  @Override
  public Set<Part> parts() {
    return EnumSet.of(Part.BACKUP, Part.RESTORE, Part.SNAPSHOT);
  }

  @Override
  public int times(int count) {
    return Boolean.getBoolean("kvapp.long") ? count : count / 20;
  }

  @Override
  public KVStore open(Path folder, StoreOptions options) {
    String prefix = prefixOf.computeIfAbsent(folder, none -> "test-" + ++prefixes);
    return KVStore.open("etcd://127.0.0.1:" + node.clientPort() + "/" + prefix, options);
  }

  @Override
  public void restart() {
    reopen();
  }

  /** A folder in memory where there is one, as the contract is not about disks. */
  private static final class InMemory implements TempDirFactory {
    @Override
    public Path createTempDirectory(AnnotatedElementContext field, ExtensionContext test)
        throws IOException {
      Path memory = Path.of("/dev/shm");
      return Files.isWritable(memory)
          ? Files.createTempDirectory(memory, "kvapp")
          : Files.createTempDirectory("kvapp");
    }
  }
}
