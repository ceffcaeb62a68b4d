package io.kvapp.etcd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kvapp.Batch;
import io.kvapp.Changes;
import io.kvapp.KVException;
import io.kvapp.KVStore;
import io.kvapp.engine.crash.MemoryFolder;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.Supplier;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a cluster refuses or cannot do, by name. */
@Tag("once")
@Timeout(120)
final class EtcdFailureTest {
  @TempDir(factory = MemoryFolder.class)
  Path folder;

  private static String uri(EtcdNode node, String... parameters) {
    return uri(node.clientPort(), parameters);
  }

  private static String uri(int port, String... parameters) {
    String query = parameters.length == 0 ? "" : "?" + String.join("&", parameters);
    return "etcd://127.0.0.1:" + port + "/failures" + query;
  }

  /** What a call returns once the cluster is available. */
  private static <T> T whenAvailable(Supplier<T> call) {
    while (true) {
      try {
        return call.get();
      } catch (KVException.Unavailable notYet) {
        // The test's own time limit ends this.
      }
    }
  }

  @Test
  void calls_withoutAMajority_areUnavailableInTime() {
    try (EtcdNode node = EtcdNode.alone(folder).start();
        KVStore store =
            whenAvailable(() -> KVStore.open(uri(node, "attempt-ms=300&timeout-ms=1000")))) {
      whenAvailable(() -> store.put("key", "value"));
      node.kill();

      assertThatThrownBy(() -> store.get("key"))
          .isInstanceOf(KVException.Unavailable.class)
          .hasMessageContaining("127.0.0.1:" + node.clientPort())
          .hasMessageContaining("start a majority");
      assertThatThrownBy(() -> store.put("key", "other"))
          .isInstanceOf(KVException.Unavailable.class)
          .hasMessageContaining("nothing was done");
      assertThatThrownBy(store::requireHealthy).isInstanceOf(KVException.Unavailable.class);
      assertThatThrownBy(() -> KVStore.open(uri(node, "attempt-ms=100&timeout-ms=200")))
          .isInstanceOf(KVException.Unavailable.class);
      node.start();

      assertThat(whenAvailable(() -> store.get("key"))).hasValue("value");
      whenAvailable(() -> store.put("key", "other"));
      assertThat(store.get("key")).hasValue("other");
    }
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NOTHING")
  void write_whoseReceiptCannotBeRead_isUncertain_andMadeOnceOrNot(Relay.Swallowed lost) {
    try (EtcdNode node = EtcdNode.alone(folder).start();
        Relay relay = new Relay(node.clientPort());
        KVStore store =
            whenAvailable(
                () -> KVStore.open(uri(relay.port(), "attempt-ms=300&timeout-ms=1000")))) {
      Batch batch = new Batch().put("key", "written").add("count", 1);
      relay.swallowFrom("written", lost);

      assertThatThrownBy(() -> whenAvailable(() -> store.commit(batch)))
          .isInstanceOf(KVException.Uncertain.class)
          .hasMessageContaining("read the entry before a repeat");
      // What is still on its way ends with the node.
      node.kill();
      relay.swallow(Relay.Swallowed.NOTHING);
      node.start();
      try (KVStore patient = KVStore.open(uri(node))) {
        long made = patient.get("count").map(Long::parseLong).orElse(0L);
        assertThat(made).isBetween(0L, lost == Relay.Swallowed.ANSWERS ? 1L : 0L);
        assertThat(patient.get("key").isPresent()).isEqualTo(made == 1);
        assertThat(patient.add("count", 1)).isEqualTo(made + 1);
      }
    }
  }

  @Test
  void changes_throughARestart_goOn() {
    try (EtcdNode node = EtcdNode.alone(folder).start();
        KVStore store = KVStore.open(uri(node, "timeout-ms=60000"));
        Changes changes = store.changes(Changes.all())) {
      changes.next(Duration.ZERO);
      store.put("before", "value");
      node.kill();
      node.start();
      store.put("after", "value");

      assertThat(changes.next(Duration.ofSeconds(30)).get(0).keyString()).isEqualTo("before");
      assertThat(changes.next(Duration.ofSeconds(30)).get(0).keyString()).isEqualTo("after");
    }
  }

  @Test
  void quota_thatIsUsedUp_isNoSpace_andAllowsReadsAndDeletes() {
    try (EtcdNode node = EtcdNode.alone(folder).with("--quota-backend-bytes=" + (4 << 20)).start();
        KVStore store = KVStore.open(uri(node))) {
      byte[] value = new byte[500_000];
      store.put("small", "value");
      int[] written = new int[1];
      assertThatThrownBy(
              () -> {
                for (; written[0] < 100; written[0]++) {
                  store.put(("large " + written[0]).getBytes(), value);
                }
              })
          .isInstanceOf(KVException.NoSpace.class)
          .hasMessageContaining("--quota-backend-bytes");
      assertThat(store.count("large ")).isEqualTo(written[0]);
      assertThat(store.get("small")).hasValue("value");
      assertThatThrownBy(() -> store.put("small", "other")).isInstanceOf(KVException.NoSpace.class);
      assertThatThrownBy(() -> store.add("number", 1)).isInstanceOf(KVException.NoSpace.class);

      assertThat(store.delete("large 0")).isTrue();
      assertThat(store.delete("large 0")).isFalse();
      assertThat(store.deletePrefix("large ")).isEqualTo(written[0] - 1);
      assertThat(store.get("small")).hasValue("value");
    }
  }

  @Test
  void limits_toldHigherThanTheClusterHasThem_areNamedWithItsFlag() {
    try (EtcdNode node = EtcdNode.alone(folder).start();
        KVStore store =
            KVStore.open(uri(node, "max-txn-ops=1000&max-request-bytes=" + (8 << 20)))) {
      Batch batch = new Batch();
      for (int i = 0; i < 200; i++) {
        batch.put("key " + i, "value");
      }
      byte[] key = {1};
      byte[] value = new byte[3 << 20];

      assertThatIllegalArgumentException()
          .isThrownBy(() -> store.commit(batch))
          .withMessageContaining("--max-txn-ops");
      assertThatIllegalArgumentException()
          .isThrownBy(() -> store.put(key, value))
          .withMessageContaining("--max-request-bytes");
      assertThat(store.size()).isZero();
    }
  }

  @Test
  void limits_raisedOnBothSides_areThoseOfTheStore() {
    int bytes = 8 << 20;
    try (EtcdNode node =
            EtcdNode.alone(folder)
                .with("--max-txn-ops=1000", "--max-request-bytes=" + bytes)
                .start();
        KVStore store = KVStore.open(uri(node, "max-txn-ops=1000&max-request-bytes=" + bytes))) {
      Batch batch = new Batch();
      for (int i = 0; i < store.limits().maxBatchOperations(); i++) {
        batch.put("key " + i, "value", Duration.ofHours(1));
      }
      byte[] key = {1};

      assertThat(store.commit(batch).applied()).isTrue();
      store.put(key, new byte[store.limits().maxValueBytes()]);
      assertThat(store.size()).isEqualTo(batch.operations().size() + 1);
    }
  }

  @Test
  void uris_thatAreWrong_sayWhatIsRight() {
    for (String uri :
        new String[] {
          "etcd:a",
          "etcd://a:0/x",
          "etcd://a:b/x",
          "etcd://,b/x",
          "etcd://a/x y",
          "etcd://u@a/x",
          "etcd://a//x",
          "etcd://a/x:y",
          "etcd://a/x?max-txn-ops=1",
          "etcd://a/x?other=1"
        }) {
      assertThatIllegalArgumentException()
          .as(uri)
          .isThrownBy(() -> KVStore.open(uri))
          .withMessageStartingWith("store: ");
    }
  }
}
