package io.kvapp.client;

import io.kvapp.KVServer;
import io.kvapp.KVStore;
import io.kvapp.engine.TwoKeyOperations;
import io.kvapp.engine.TwoKeySpecification;
import java.nio.file.Path;
import org.jetbrains.lincheck.datastructures.StressOptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/**
 * Concurrent operations on two keys through the client, searched for a result that no order of them
 * explains; {@code -Dkvapp.scenarios} says in how many scenarios, {@code -Dkvapp.invocations} how
 * often in each.
 */
@EnabledIfSystemProperty(
    named = "kvapp.long",
    matches = "true",
    disabledReason = "searching all that the client loads takes minutes")
@Timeout(3_600)
final class RemoteLinearizabilityTest {
  @TempDir private Path folder;

  @Test
  void remoteStore_isLinearizable() {
    KVServer.Builder onDisk = KVServer.builder().dataFolder(folder.resolve("data")).port(0);
    try (KVServer server = onDisk.build().start();
        KVStore store = KVStore.open(TestServers.uri(server))) {
      TwoKeyOperations.use(store);
      new StressOptions()
          .sequentialSpecification(TwoKeySpecification.class)
          .threads(2)
          .actorsPerThread(3)
          .actorsBefore(1)
          .actorsAfter(1)
          .iterations(Integer.getInteger("kvapp.scenarios", 3))
          .invocationsPerIteration(Integer.getInteger("kvapp.invocations", 10))
          .check(TwoKeyOperations.class);
    } finally {
      TwoKeyOperations.use(null);
    }
  }
}
