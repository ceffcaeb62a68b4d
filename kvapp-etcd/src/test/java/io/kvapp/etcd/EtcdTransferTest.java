package io.kvapp.etcd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kvapp.Entry;
import io.kvapp.KVException;
import io.kvapp.KVStore;
import io.kvapp.Scan;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The ways of entries into a store on etcd and out of it. */
@Tag("once")
@Timeout(120)
final class EtcdTransferTest {
  @TempDir static Path data;

  private static EtcdNode node;

  @TempDir Path folder;

  @BeforeAll
  static void startNode() {
    node = EtcdNode.alone(data).with("--quota-backend-bytes=" + (48 << 20)).start();
  }

  @AfterAll
  static void endNode() {
    node.close();
  }

  private static KVStore open(String prefix) {
    return KVStore.open("etcd://127.0.0.1:" + node.clientPort() + "/" + prefix);
  }

  /** What an entry is, but for its revision. */
  private static List<String> contents(KVStore store) {
    Base64.Encoder base64 = Base64.getEncoder();
    return store
        .entries(Scan.all())
        .map(
            entry ->
                base64.encodeToString(entry.key())
                    + " "
                    + base64.encodeToString(entry.value())
                    + " "
                    + entry.expiresAtMillis())
        .toList();
  }

  private static void fill(KVStore store) {
    Random random = new Random(1);
    for (int i = 0; i < 300; i++) {
      byte[] key = new byte[1 + random.nextInt(i % 50 == 0 ? 4_096 : 40)];
      byte[] value = new byte[random.nextInt(i % 60 == 0 ? 1_000_000 : 300)];
      random.nextBytes(key);
      random.nextBytes(value);
      store.put(key, value);
    }
    store.put(new byte[] {0}, new byte[0]);
    store.put(new byte[] {(byte) 0xff}, new byte[] {0, 10, (byte) 0xff});
    store.put("text \"ä\"\n\u2028\0", "value \\ €😀");
    store.put("expires", "value", Duration.ofHours(1));
  }

  @Test
  void entries_fromALocalStoreToEtcdAndOn_staySame() throws Exception {
    Path backup = folder.resolve("backup");
    Path export = folder.resolve("export");
    try (KVStore local = KVStore.open(folder.resolve("local"));
        KVStore first = open("first");
        KVStore second = open("second")) {
      fill(local);
      local.admin().backup(backup);
      List<String> contents = contents(local);

      assertThat(first.admin().restore(backup)).isEqualTo(contents.size());
      assertThat(contents(first)).isEqualTo(contents);

      first.admin().backup(export);
      long revision = first.revision();
      first.put("later", "value");
      List<String> lines = Files.readAllLines(export.resolve("export.ndjson"));
      assertThat(lines)
          .hasSize(contents.size() + 1)
          .last()
          .isEqualTo(
              "{\"end\":true,\"entries\":" + contents.size() + ",\"revision\":" + revision + "}");
      try (var files = Files.list(export)) {
        assertThat(files).hasSize(1);
      }
      assertThat(second.admin().restore(export.resolve("export.ndjson")))
          .isEqualTo(contents.size());
      assertThat(contents(second)).isEqualTo(contents);
    }
  }

  @Test
  void restore_ofABackupThatIsTornOrDamaged_leavesTheStoreEmpty() throws Exception {
    Path export = folder.resolve("export.ndjson");
    String entry = "{\"key\":\"key\",\"value\":\"value\"}\n";
    String end = "{\"end\":true,\"entries\":1,\"revision\":1}\n";
    try (KVStore store = open("torn")) {
      for (String text :
          new String[] {
            "",
            entry,
            entry + entry + end.replace("1,", "2,"),
            entry + "x\n" + end,
            entry.replace("}", ",\"ttl\":\"1s\"}") + end,
            entry + end + entry,
            "{\"key\":\"key\"}\n" + end,
            end,
          }) {
        Files.writeString(export, text);
        assertThatThrownBy(() -> store.admin().restore(export))
            .as(text)
            .isInstanceOf(KVException.Corrupt.class)
            .hasMessageContaining(export.toString());
      }
      Files.write(export, (entry.replace("value\"}", "\u00ff\"}") + end).getBytes("ISO-8859-1"));
      assertThatThrownBy(() -> store.admin().restore(folder))
          .isInstanceOf(KVException.Corrupt.class);
      assertThat(store.size()).isZero();

      Files.writeString(export, entry + end, StandardCharsets.UTF_8);
      assertThat(store.admin().restore(folder)).isEqualTo(1);
      assertThat(store.get("key")).hasValue("value");
    }
  }

  @Test
  void restore_ofAValueBeyondTheLimit_namesTheFlag_andWritesNothing() {
    try (KVStore local = KVStore.open(folder.resolve("local"));
        KVStore store = open("large")) {
      local.put("a", "value");
      local.put("b".getBytes(StandardCharsets.UTF_8), new byte[2 << 20]);
      local.admin().backup(folder.resolve("backup"));

      assertThatIllegalArgumentException()
          .isThrownBy(() -> store.admin().restore(folder.resolve("backup")))
          .withMessageContaining("--max-request-bytes");
      assertThat(store.size()).isZero();
    }
  }

  @Test
  void restore_thatFailsInTheMiddle_saysWhatIsThere() {
    byte[] value = new byte[1 << 20];
    try (EtcdNode small =
            EtcdNode.alone(folder.resolve("small"))
                .with("--quota-backend-bytes=" + (8 << 20))
                .start();
        KVStore local = KVStore.open(folder.resolve("local"));
        KVStore store = KVStore.open("etcd://127.0.0.1:" + small.clientPort() + "/middle")) {
      for (int i = 10; i < 30; i++) {
        local.put(("key " + i).getBytes(StandardCharsets.UTF_8), value);
      }
      local.admin().backup(folder.resolve("backup"));

      Throwable[] failed = new Throwable[1];
      assertThatThrownBy(() -> store.admin().restore(folder.resolve("backup")))
          .isExactlyInstanceOf(KVException.class)
          .hasMessageContaining("--quota-backend-bytes")
          .satisfies(thrown -> failed[0] = thrown);
      List<Entry> there = store.entries(Scan.all().keysOnly()).toList();
      assertThat(failed[0])
          .hasMessageContaining("holds the first " + there.size() + " entries of the backup");
      assertThat(there.get(there.size() - 1).keyString()).isEqualTo("key " + (9 + there.size()));
    }
  }
}
