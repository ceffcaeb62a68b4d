package io.kvapp.etcd;

import static org.assertj.core.api.Assertions.assertThat;

import io.kvapp.KVServer;
import io.kvapp.KVStore;
import io.kvapp.Scan;
import io.kvapp.Threads;
import io.kvapp.engine.crash.MemoryFolder;
import io.kvapp.server.HttpEndpoint;
import io.kvapp.server.settings.AuthSettings;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Inserts over HTTP through two servers of one store on three nodes, whose leaders are killed one
 * after the other; {@code -Dkvapp.kills} says how many.
 */
@Tag("once")
@Timeout(900)
final class ServersOnAClusterTest {
  private static final int CLIENTS = 4;
  private static final int KILLS = Integer.getInteger("kvapp.kills", 1);
  private static final int PROGRESS = 50;

  @TempDir(factory = MemoryFolder.class)
  private Path folder;

  private final HttpClient http = HttpClient.newHttpClient();
  private final AtomicLong inserted = new AtomicLong();
  private final AtomicLong slowest = new AtomicLong();
  private volatile boolean done;

  /** What one client has been told. */
  private static final class Told {
    private final Set<String> created = new TreeSet<>();
    private final Set<String> uncertain = new TreeSet<>();
    private long refused;
  }

  @Test
  void inserts_throughTwoServers_whileLeadersAreKilled_areAllThereOnce() {
    try (EtcdNodes nodes = new EtcdNodes(folder);
        KVServer first = server(nodes);
        KVServer second = server(nodes)) {
      List<FutureTask<Told>> clients = new ArrayList<>();
      for (int i = 0; i < CLIENTS; i++) {
        String keys = "client-" + i + "-";
        List<Integer> ports = List.of(first.port(), second.port());
        Callable<Told> work = () -> insert(keys, ports);
        clients.add(Threads.start(work));
      }
      awaitProgress(clients);
      for (int i = 0; i < KILLS; i++) {
        nodes.awaitWhole();
        int leader = nodes.leader();
        nodes.node(leader).kill();
        awaitProgress(clients);
        nodes.restart(leader);
        awaitProgress(clients);
      }
      done = true;
      compare(clients.stream().map(Threads::await).toList(), first.store(), second.store());
    }
  }

  private static KVServer server(EtcdNodes nodes) {
    AuthSettings sharedKey = AuthSettings.defaults().withSigningKeys("k".repeat(44));
    return KVServer.builder()
        .store(nodes.uri("servers"))
        .port(0)
        .endpoint(HttpEndpoint.builder().auth(sharedKey).build())
        .build()
        .start();
  }

  /** Creates one key after the other, at the servers in turn; what was refused is tried again. */
  private Told insert(String keys, List<Integer> ports) throws Exception {
    Told told = new Told();
    for (int i = 0; !done; i++) {
      String key = keys + i;
      int status = 503;
      for (int tries = 0; status == 503 && !done; tries++) {
        long begin = System.nanoTime();
        status = put(ports.get((i + tries) % ports.size()), key);
        slowest.accumulateAndGet(System.nanoTime() - begin, Math::max);
        told.refused += status == 503 ? 1 : 0;
      }
      assertThat(status).as(key).isIn(201, 503, 504);
      if (status == 201) {
        told.created.add(key);
        inserted.incrementAndGet();
      } else if (status == 504) {
        told.uncertain.add(key);
      }
    }
    return told;
  }

  private int put(int port, String key) throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://localhost:" + port + "/v1/kv/" + key))
            .PUT(BodyPublishers.ofString("value"))
            .header("If-None-Match", "*")
            .build();
    return http.send(request, BodyHandlers.discarding()).statusCode();
  }

  private void awaitProgress(List<FutureTask<Told>> clients) {
    long goal = inserted.get() + PROGRESS;
    while (inserted.get() < goal) {
      clients.stream().filter(FutureTask::isDone).forEach(Threads::await);
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(2));
    }
  }

  private void compare(List<Told> told, KVStore first, KVStore second) {
    Set<String> created = new TreeSet<>();
    Set<String> uncertain = new TreeSet<>();
    long refused = 0;
    for (Told each : told) {
      created.addAll(each.created);
      uncertain.addAll(each.uncertain);
      refused += each.refused;
    }
    Set<String> kept = keys(first);
    assertThat(keys(second)).isEqualTo(kept);
    kept.removeAll(uncertain);
    assertThat(kept).isEqualTo(created);
    System.out.printf(
        "%d leaders killed: %,d inserts, none lost; %d refused, %d uncertain; slowest %.1f s%n",
        KILLS, created.size(), refused, uncertain.size(), slowest.get() / 1e9);
  }

  private static Set<String> keys(KVStore store) {
    return store
        .entries(Scan.prefix("client-"))
        .map(entry -> entry.keyString())
        .collect(Collectors.toCollection(TreeSet::new));
  }
}
