package io.kvapp.etcd;

import io.kvapp.KVStore;
import io.kvapp.KVStoreContract;
import io.kvapp.StoreOptions;
import io.kvapp.engine.crash.MemoryFolder;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The contract of every store, on one node or {@code -Dkvapp.nodes}; each folder of a test is a
 * prefix of keys there.
 */
@Timeout(120)
final class EtcdStoreTest extends KVStoreContract {
  @TempDir(factory = MemoryFolder.class)
  static Path data;

  private static EtcdNodes nodes;
  private static int prefixes;

  private final Map<Path, String> prefixOf = new HashMap<>();

  @BeforeAll
  static void startNodes() {
    nodes = EtcdNodes.of(data, Integer.getInteger("kvapp.nodes", 1));
  }

  @AfterAll
  static void endNodes() {
    nodes.close();
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
    return KVStore.open(nodes.uri(prefix), options);
  }

  @Override
  public void restart() {
    reopen();
  }
}
