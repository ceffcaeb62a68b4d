package io.kvapp.server.v1;

import io.kvapp.KVServer;
import io.kvapp.engine.TwoKeySpecification;
import java.nio.file.Path;
import org.jetbrains.lincheck.datastructures.StressOptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Concurrent requests for two keys, searched for responses that no order of them explains; {@code
 * -Dkvapp.scenarios} says in how many scenarios, {@code -Dkvapp.invocations} how often in each.
 */
@Timeout(3_600)
final class LinearizableRequestsTest {
  @TempDir private Path folder;

  @Test
  void requests_ofSeveralClients_areLinearizable() throws Exception {
    KVServer.Builder onDisk = KVServer.builder().dataFolder(folder.resolve("data"));
    try (KVServer server = onDisk.port(0).build().start();
        AutoCloseable ignored = TwoKeyRequests.sendTo(server.port())) {
      new StressOptions()
          .sequentialSpecification(TwoKeySpecification.class)
          .threads(2)
          .actorsPerThread(3)
          .actorsBefore(1)
          .actorsAfter(1)
          .iterations(Integer.getInteger("kvapp.scenarios", 8))
          .invocationsPerIteration(Integer.getInteger("kvapp.invocations", 6))
          .check(TwoKeyRequests.class);
    }
  }
}
