package io.kvapp.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kvapp.Change;
import io.kvapp.Changes;
import io.kvapp.KVException;
import io.kvapp.KVServer;
import io.kvapp.KVStore;
import io.kvapp.Scan;
import io.kvapp.client.http.connection.Connection;
import io.kvapp.client.settings.RemoteSettings;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** The client through a proxy that cuts and holds connections. */
@Timeout(60)
final class RemoteFaultsTest {
  /** Reads are repeated after a pause, so not at every byte. */
  private static final int STRIDE = Integer.getInteger("kvapp.stride", 13);

  private static final long FIRST = 1_000_000;

  @RegisterExtension final TestServers servers = new TestServers();
  private final AtomicLong nanos = new AtomicLong();
  private KVStore served;
  private FaultProxy proxy;
  private RemoteStore store;

  @BeforeEach
  void start() throws IOException {
    served = KVStore.inMemory();
    proxy = new FaultProxy(servers.start(served).port());
    store = new RemoteStore(RemoteSettings.of(proxy.uri()), nanos::get);
    served.put("n", Long.toString(FIRST));
    store.limits();
  }

  @AfterEach
  void stop() throws IOException {
    store.close();
    proxy.close();
  }

  @Test
  void add_responseCutAtEachByte_isUncertainAndMadeOnce() {
    long before = proxy.responses.passed();
    long sum = store.add("n", 1);
    long length = proxy.responses.passed() - before;
    for (long bytes = 0; bytes < length; bytes++) {
      proxy.responses.cutAfter(bytes, bytes % 2 == 1);
      assertThatThrownBy(() -> store.add("n", 1))
          .as("cut after %d bytes", bytes)
          .isInstanceOf(KVException.Uncertain.class)
          .hasMessageContaining("read before you repeat it");
      assertThat(served.get("n")).hasValue(Long.toString(++sum));
    }
    assertThat(store.add("n", 1)).isEqualTo(sum + 1);
  }

  @Test
  void add_requestCutAtEachByte_isUncertainAndMadeAtMostOnce() {
    long before = proxy.requests.passed();
    store.add("n", 1);
    long length = proxy.requests.passed() - before;
    for (long bytes = 0; bytes < length; bytes++) {
      proxy.requests.cutAfter(bytes, bytes % 2 == 1);
      assertThatThrownBy(() -> store.add("n", 1))
          .as("cut after %d bytes", bytes)
          .isInstanceOf(KVException.Uncertain.class);
    }
    assertThat(store.add("n", 1)).isEqualTo(FIRST + 2);
  }

  @Test
  void put_requestCutInItsValue_writesNoPart() {
    byte[] value = new byte[20_000];
    for (int bytes = 500; bytes < value.length; bytes += 3_000) {
      proxy.requests.cutAfter(bytes, false);
      assertThatThrownBy(() -> store.put("large".getBytes(), value))
          .isInstanceOf(KVException.Uncertain.class);
      assertThat(served.get("large")).isEmpty();
    }
    store.put("large".getBytes(), value);
    assertThat(served.get("large".getBytes()).orElseThrow()).isEqualTo(value);
  }

  @Test
  void reads_responseCut_areRepeatedAndRight() {
    served.put("a", "1");
    served.put("b", "2");
    List<Runnable> reads =
        List.of(
            () -> assertThat(store.get("a")).hasValue("1"),
            () -> assertThat(store.get("none")).isEmpty(),
            () -> assertThat(store.scan(Scan.all()).entries()).hasSize(3));
    for (Runnable read : reads) {
      long before = proxy.responses.passed();
      read.run();
      long length = proxy.responses.passed() - before;
      for (long bytes = 0; bytes < length; bytes += STRIDE) {
        proxy.responses.cutAfter(bytes, bytes % 2 == 1);
        read.run();
      }
    }
  }

  @Test
  void silence_endsWithTheTimeout() {
    try (RemoteStore impatient = RemoteStore.builder(proxy.uri()).timeout(ms(300)).build()) {
      readLimits(impatient);
      proxy.hold();
      assertThatThrownBy(() -> impatient.put("a", "1"))
          .isInstanceOf(KVException.Uncertain.class)
          .hasMessageContaining("no response in time");
      assertThatThrownBy(() -> impatient.get("a"))
          .isInstanceOf(KVException.Unavailable.class)
          .hasMessageContaining("no response in time");
      assertThatThrownBy(() -> impatient.scan(Scan.all()))
          .isInstanceOf(KVException.Unavailable.class);
    }
  }

  @Test
  void delay_belowTheTimeout_changesNothing() {
    proxy.delay(50, 5);
    assertThat(store.add("n", 1)).isEqualTo(FIRST + 1);
    assertThat(store.get("n")).hasValue(Long.toString(FIRST + 1));
    assertThat(store.scan(Scan.all()).entries()).hasSize(1);
  }

  @Test
  void delay_beyondTheTimeout_endsWithIt() {
    try (RemoteStore impatient = RemoteStore.builder(proxy.uri()).timeout(ms(300)).build()) {
      readLimits(impatient);
      // Each byte restarts no wait: a head of some 200 bytes would take a minute.
      proxy.delay(1, 300);
      assertThatThrownBy(() -> impatient.get("n")).isInstanceOf(KVException.Unavailable.class);
      assertThatThrownBy(() -> impatient.add("n", 1)).isInstanceOf(KVException.Uncertain.class);
    }
    assertThat(served.get("n")).hasValue(Long.toString(FIRST));
  }

  @Test
  void backup_fromAServerThatFallsSilent_endsWithTheTimeout(@TempDir Path folder) {
    served.put("large", "x".repeat(1 << 20));
    Path target = folder.resolve("backup");
    try (RemoteStore impatient = RemoteStore.builder(proxy.uri()).timeout(ms(500)).build()) {
      readLimits(impatient);
      proxy.delay(8_192, 5_000);
      assertThatThrownBy(() -> impatient.admin().backup(target))
          .isInstanceOf(KVException.Unavailable.class)
          .hasMessageContaining("no response in time");
    }
    assertThat(target).doesNotExist();
  }

  @Test
  void nobodyThere_isUnavailable_forWritesToo() throws IOException {
    RemoteSettings settings = RemoteSettings.of(proxy.uri()).withTimeout(ms(200));
    try (RemoteStore impatient = new RemoteStore(settings, nanos::get)) {
      readLimits(impatient);
      proxy.close();
      nanos.addAndGet(Connection.MAX_IDLE.toNanos() + 1);
      assertThatThrownBy(() -> impatient.put("a", "1"))
          .isInstanceOf(KVException.Unavailable.class)
          .hasMessageContaining("cannot be reached");
    }
  }

  @Test
  void idleConnection_isNotUsedAgain() {
    store.get("n");
    int before = proxy.accepted();
    nanos.addAndGet(Connection.MAX_IDLE.toNanos() + 1);
    store.put("a", "1");
    assertThat(proxy.accepted()).isEqualTo(before + 1);
  }

  @Test
  void changes_connectionCutAgainAndAgain_tellEachOnce() {
    try (Changes changes = store.changes(Changes.of("k"))) {
      List<String> told = new ArrayList<>();
      for (int number = 0; number < 40; number++) {
        if (number % 4 == 0) {
          proxy.responses.cutAfter(number * 7L, number % 8 == 0);
        }
        served.put("k%02d".formatted(number), "v");
        if (number % 10 == 9) {
          proxy.cutAll();
        }
        if (number % 5 == 4) {
          tellInto(told, changes, number + 1);
        }
      }
      assertThat(told).hasSize(40).isSorted().doesNotHaveDuplicates();
    }
  }

  @Test
  void changes_serverStartsAgain_goOnWithoutAGap(@TempDir Path folder) {
    KVServer.Builder builder = servers.builder(InstantSource.system());
    KVServer first = builder.dataFolder(folder.resolve("store")).build().start();
    int port = first.port();
    try (KVStore remote = RemoteStore.builder(TestServers.uri(first)).build();
        Changes changes = remote.changes(Changes.all())) {
      List<String> told = new ArrayList<>();
      first.store().put("k1", "v");
      tellInto(told, changes, 1);
      first.store().put("k2", "v");
      first.close();
      assertThat(changes.next(Duration.ofMillis(50))).isEmpty();
      try (KVServer second = builder.port(port).build().start()) {
        second.store().put("k3", "v");
        tellInto(told, changes, 3);
        assertThat(remote.get("k3")).hasValue("v");
      }
      assertThat(told).containsExactly("k1", "k2", "k3");
    } finally {
      first.close();
    }
  }

  /** Takes changes until so many keys are told. */
  private static void tellInto(List<String> told, Changes changes, int count) {
    while (told.size() < count) {
      for (Change change : changes.next(Duration.ofSeconds(10))) {
        if (change.kind() == Change.Kind.PUT) {
          told.add(change.keyString());
        }
      }
    }
  }

  /** Has a store know the limits of its server, however long that takes on a busy machine. */
  private static void readLimits(RemoteStore impatient) {
    while (true) {
      try {
        impatient.limits();
        return;
      } catch (KVException.Unavailable tooSlow) {
        // Again.
      }
    }
  }

  private static Duration ms(long millis) {
    return Duration.ofMillis(millis);
  }
}
