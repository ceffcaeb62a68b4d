package io.kvapp.etcd;

import static org.assertj.core.api.Assertions.assertThat;

import io.kvapp.engine.crash.MemoryFolder;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Writers, a reader and a watcher while the leader of a cluster is killed. */
@Tag("once")
@Timeout(600)
final class LeaderKillTest {
  @TempDir(factory = MemoryFolder.class)
  Path folder;

  @Test
  void writes_whileALeaderIsKilled_areMadeOnce_andToldToWatchers() {
    try (EtcdNodes nodes = new EtcdNodes(folder);
        Workload workload = new Workload(nodes.uri("kills"))) {
      workload.awaitProgress();
      int leader = nodes.leader();
      nodes.node(leader).kill();
      workload.awaitProgress();
      nodes.restart(leader);
      workload.awaitProgress();

      assertThat(workload.end().made()).isPositive();
    }
  }
}
