package io.kvapp.engine;

import io.kvapp.KVStore;
import java.nio.file.Path;
import org.jetbrains.lincheck.datastructures.StressOptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Concurrent operations on two keys, searched for a result that no order of them explains; {@code
 * -Dkvapp.scenarios} says in how many scenarios, {@code -Dkvapp.invocations} how often in each.
 */
class LinearizabilityTest {
  @TempDir Path folder;

  @Test
  void heapStore_isLinearizable() {
    check(KVStore.inMemory());
  }

  @Test
  void mapStore_isLinearizable() {
    check(KVStore.open(folder.resolve("store")));
  }

  private static void check(KVStore store) {
    TwoKeyOperations.use(store);
    try (store) {
      new StressOptions()
          .sequentialSpecification(TwoKeySpecification.class)
          .threads(2)
          .actorsPerThread(3)
          .actorsBefore(1)
          .actorsAfter(1)
          .iterations(Integer.getInteger("kvapp.scenarios", 4))
          .invocationsPerIteration(Integer.getInteger("kvapp.invocations", 100))
          .check(TwoKeyOperations.class);
    } finally {
      TwoKeyOperations.use(null);
    }
  }
}
