package io.kvapp.etcd;

import io.kvapp.KVStore;
import io.kvapp.KVStoreContract;
import io.kvapp.StoreOptions;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The contract of every store, on one node; each folder of a test is a prefix of keys there. */
@Timeout(120)
final class EtcdStoreTest extends KVStoreContract {
  @TempDir(factory = MemoryFolder.class)
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
    return Boolean.getBoolean("kvapp.long") ? count : count / 50;
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
}
