package io.kvapp.etcd;

import static org.assertj.core.api.Assertions.assertThat;

import io.kvapp.KVStore;
import io.kvapp.Scan;
import io.kvapp.Threads;
import io.kvapp.engine.crash.MemoryFolder;
import io.kvapp.server.command.ChildServer;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
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
 * Inserts over HTTP through two servers, each a process of its own, of one store on three nodes. A
 * leader and a server are killed in turn; {@code -Dkvapp.kills} says how many of each. Each insert
 * is counted in the same transaction, so that one that is made twice shows.
 */
@Tag("once")
@Timeout(900)
final class ServersOnAClusterTest {
  private static final int CLIENTS = 4;
  private static final int KILLS = Integer.getInteger("kvapp.kills", 1);
  private static final int PROGRESS = 50;
  private static final List<String> JVM = List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC");
  private static final int NOTHING_SENT = 0;
  private static final int NO_ANSWER = 1;

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
  void inserts_throughTwoServers_whileLeadersAndServersAreKilled_areAllThereOnce()
      throws Exception {
    List<ChildServer> servers = new ArrayList<>();
    try (EtcdNodes nodes = new EtcdNodes(folder)) {
      servers.add(serve(nodes, 0));
      servers.add(serve(nodes, 0));
      List<Integer> ports = servers.stream().map(ChildServer::port).toList();
      List<FutureTask<Told>> clients = new ArrayList<>();
      for (int i = 0; i < CLIENTS; i++) {
        String client = "client-" + i;
        Callable<Told> work = () -> insert(client, ports);
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

        int killed = i % servers.size();
        servers.get(killed).close();
        awaitProgress(clients);
        servers.set(killed, serve(nodes, ports.get(killed)));
        awaitProgress(clients);
      }
      done = true;
      compare(clients.stream().map(Threads::await).toList(), nodes.uri("servers"));
    } finally {
      done = true;
      for (ChildServer server : servers) {
        server.close();
      }
    }
  }

  private ChildServer serve(EtcdNodes nodes, int port) throws IOException {
    Path key = folder.resolve("signing.key");
    if (Files.notExists(key)) {
      Files.writeString(key, "k".repeat(44));
      Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-------"));
    }
    return ChildServer.startOver(
        nodes.uri("servers"), folder, port, JVM, "--signing-key", key.toString());
  }

  /** Makes one entry after the other, at the servers in turn; what was refused is tried again. */
  private Told insert(String client, List<Integer> ports) throws Exception {
    Told told = new Told();
    for (int i = 0; !done; i++) {
      String key = client + "-" + i;
      int status = 503;
      for (int tries = 0; (status == 503 || status == NOTHING_SENT) && !done; tries++) {
        long begin = System.nanoTime();
        status = send(ports.get((i + tries) % ports.size()), client, key);
        slowest.accumulateAndGet(System.nanoTime() - begin, Math::max);
        told.refused += status == 503 ? 1 : 0;
      }
      assertThat(status).as(key).isIn(200, 503, 504, NOTHING_SENT, NO_ANSWER);
      if (status == 200) {
        told.created.add(key);
        inserted.incrementAndGet();
      } else if (status == 504 || status == NO_ANSWER) {
        told.uncertain.add(key);
      }
    }
    return told;
  }

  /** Puts a key that is new, and counts it. */
  private int send(int port, String client, String key) throws InterruptedException {
    String transaction =
        """
        {"if":[{"key":"%s","exists":false}],
         "then":[{"op":"put","key":"%s","value":"value"},{"op":"add","key":"count-%s","by":1}]}
        """;
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://localhost:" + port + "/v1/txn"))
            .POST(BodyPublishers.ofString(transaction.formatted(key, key, client)))
            .build();
    try {
      return http.send(request, BodyHandlers.discarding()).statusCode();
    } catch (ConnectException notThere) {
      return NOTHING_SENT;
    } catch (IOException killed) {
      return NO_ANSWER;
    }
  }

  private void awaitProgress(List<FutureTask<Told>> clients) {
    long goal = inserted.get() + PROGRESS;
    while (inserted.get() < goal) {
      clients.stream().filter(FutureTask::isDone).forEach(Threads::await);
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(2));
    }
  }

  private void compare(List<Told> told, String uri) {
    Set<String> created = new TreeSet<>();
    Set<String> uncertain = new TreeSet<>();
    long refused = 0;
    for (Told each : told) {
      created.addAll(each.created);
      uncertain.addAll(each.uncertain);
      refused += each.refused;
    }
    Set<String> kept = new TreeSet<>();
    try (KVStore store = KVStore.open(uri)) {
      for (int i = 0; i < CLIENTS; i++) {
        Set<String> its = keys(store, "client-" + i + "-");
        assertThat(store.get("count-client-" + i)).hasValue(Integer.toString(its.size()));
        kept.addAll(its);
      }
    }
    kept.removeAll(uncertain);
    assertThat(kept).isEqualTo(created);
    System.out.printf(
        "%d leaders and %d servers killed: %,d inserts, none lost or made twice; %d refused, %d"
            + " uncertain; slowest %.1f s%n",
        KILLS, KILLS, created.size(), refused, uncertain.size(), slowest.get() / 1e9);
  }

  private static Set<String> keys(KVStore store, String prefix) {
    return store
        .entries(Scan.prefix(prefix))
        .map(entry -> entry.keyString())
        .collect(Collectors.toCollection(TreeSet::new));
  }
}
