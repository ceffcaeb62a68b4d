package io.kvapp.etcd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.etcd.jetcd.api.AuthEnableRequest;
import io.etcd.jetcd.api.AuthGrpc;
import io.etcd.jetcd.api.AuthRoleAddRequest;
import io.etcd.jetcd.api.AuthRoleGrantPermissionRequest;
import io.etcd.jetcd.api.AuthUserAddRequest;
import io.etcd.jetcd.api.AuthUserGrantRoleRequest;
import io.etcd.jetcd.api.Permission;
import io.kvapp.Batch;
import io.kvapp.Changes;
import io.kvapp.Expiry;
import io.kvapp.KVException;
import io.kvapp.KVStore;
import io.kvapp.StoreFinding;
import io.kvapp.Threads;
import io.kvapp.engine.crash.MemoryFolder;
import io.kvapp.etcd.cluster.Cluster;
import io.kvapp.etcd.settings.EtcdSettings;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** TLS with certificates of both sides, and users with roles. */
@Tag("once")
@Timeout(120)
final class EtcdSecurityTest {
  private static final String PATIENT = "&attempt-ms=30000&timeout-ms=60000";

  @TempDir(factory = MemoryFolder.class)
  Path folder;

  private String uri(EtcdNode node, String prefix, String... parameters) {
    return "etcd://127.0.0.1:"
        + node.clientPort()
        + "/"
        + prefix
        + "?timeout-ms=60000&"
        + String.join("&", parameters);
  }

  @Test
  void tls_withCertificatesOfBothSides_works_andNothingElseDoes() throws Exception {
    FutureTask<TestKeys> making = Threads.start(() -> TestKeys.make(folder, "server"));
    TestKeys client = TestKeys.make(folder, "client");
    TestKeys server = Threads.await(making);
    String ca = "ca=" + server.certificate();
    String[] all = {ca, "cert=" + client.certificate(), "key=" + client.key()};
    try (EtcdNode node =
        EtcdNode.alone(folder)
            .with(
                "--cert-file=" + server.certificate(),
                "--key-file=" + server.key(),
                "--client-cert-auth",
                "--trusted-ca-file=" + client.certificate())
            .start()) {
      try (KVStore store = KVStore.open(uri(node, "tls", all))) {
        store.put("key", "value");
        assertThat(store.get("key")).hasValue("value");
      }
      assertThat(failures(uri(node, "tls", all))).isEmpty();
      assertThat(StoreFinding.at(uri(node, "tls", all) + PATIENT))
          .anyMatch(each -> each.subject().equals("quota") && each.found().endsWith("2048.0 MiB"))
          .anyMatch(each -> each.subject().equals("clock"));
      assertThat(failures(uri(node, "tls", ca))).singleElement().asString().contains("cert=FILE");
      assertThat(failures(uri(node, "tls", "tls=true"))).singleElement().asString().contains("ca=");
      assertThat(failures(uri(node, "tls", "max-txn-ops=128")))
          .singleElement()
          .asString()
          .contains("tls=true");
      for (String refused : new String[] {"tls=true", ca, "ca=" + client.certificate()}) {
        assertThatThrownBy(() -> KVStore.open(uri(node, "tls", refused, "timeout-ms=200")))
            .as(refused)
            .isInstanceOf(KVException.Unavailable.class);
      }
    }
    assertThatIllegalArgumentException()
        .isThrownBy(() -> KVStore.open("etcd://127.0.0.1:1/a?ca=" + folder.resolve("none")))
        .withMessageContaining("none");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> KVStore.open("etcd://127.0.0.1:1/a?ca=" + client.key()))
        .withMessageContaining("no certificate or key in PEM")
        .withMessageContaining(client.key().toString());
    assertThatIllegalArgumentException()
        .isThrownBy(() -> KVStore.open("etcd://127.0.0.1:1/a?cert=file"))
        .withMessageContaining("cert and key");
  }

  @Test
  void users_mayDoWhatTheirRolesPermit_throughARestart() throws IOException {
    Path password = Files.writeString(folder.resolve("password"), "secret\n");
    Path wrong = Files.writeString(folder.resolve("wrong"), "guess\n");
    String user = "user=app";
    String secret = "password-file=" + password;
    try (EtcdNode node = EtcdNode.alone(folder).start()) {
      addUsers(node);
      try (KVStore store = KVStore.open(uri(node, "app", user, secret));
          Changes changes = store.changes(Changes.all())) {
        changes.next(Duration.ZERO);
        store.put("key", "value");
        store.commit(new Batch().add("number", 1).touch("key", Expiry.never()));
        assertThat(changes.next(Duration.ofSeconds(30)).get(0).keyString()).isEqualTo("key");
        node.kill();
        node.start();

        assertThat(store.get("key")).hasValue("value");
        store.put("after", "value");
        assertThat(store.size()).isEqualTo(3);
        assertThat(changes.next(Duration.ofSeconds(30))).hasSize(2);
        assertThat(changes.next(Duration.ofSeconds(30)).get(0).keyString()).isEqualTo("after");
      }
      try (KVStore other = KVStore.open(uri(node, "other", user, secret))) {
        assertThatThrownBy(() -> other.put("key", "value"))
            .isInstanceOf(KVException.NotPermitted.class)
            .hasMessageContaining("other/");
        assertThatThrownBy(() -> other.get("key")).isInstanceOf(KVException.NotPermitted.class);
      }
      assertThat(failures(uri(node, "app", user, secret))).isEmpty();
      assertThat(failures(uri(node, "app", user, "password-file=" + wrong)))
          .singleElement()
          .asString()
          .contains("subject=user", "give the URI a user and a password");
      assertThat(failures(uri(node, "other", user, secret)))
          .singleElement()
          .asString()
          .contains("subject=user", "readwrite on the prefix other/");
      assertThatThrownBy(() -> KVStore.open(uri(node, "app", user, "password-file=" + wrong)))
          .isInstanceOf(KVException.NotSignedIn.class);
      assertThatThrownBy(() -> KVStore.open(uri(node, "app")).get("key"))
          .isInstanceOf(KVException.NotSignedIn.class);
    }
  }

  private static List<StoreFinding> failures(String uri) {
    // However busy the machine is, what answers is waited for.
    return StoreFinding.at(uri + PATIENT).stream()
        .filter(finding -> finding.level() == StoreFinding.Level.FAIL)
        .toList();
  }

  /** A root, as etcd wants one, and a user app who may read and write below app/. */
  private static void addUsers(EtcdNode node) {
    // One attempt each: a user that is added twice is a failure.
    URI uri = URI.create("etcd://127.0.0.1:" + node.clientPort() + "?max-txn-ops=128" + PATIENT);
    try (Cluster cluster = new Cluster(EtcdSettings.of(uri))) {
      for (String name : new String[] {"root", "app"}) {
        cluster.read(
            AuthGrpc.getUserAddMethod(),
            AuthUserAddRequest.newBuilder().setName(name).setPassword("secret").build());
        cluster.read(
            AuthGrpc.getRoleAddMethod(), AuthRoleAddRequest.newBuilder().setName(name).build());
        cluster.read(
            AuthGrpc.getUserGrantRoleMethod(),
            AuthUserGrantRoleRequest.newBuilder().setUser(name).setRole(name).build());
      }
      cluster.read(
          AuthGrpc.getRoleGrantPermissionMethod(),
          AuthRoleGrantPermissionRequest.newBuilder()
              .setName("app")
              .setPerm(
                  Permission.newBuilder()
                      .setPermType(Permission.Type.READWRITE)
                      .setKey(ByteString.copyFromUtf8("app/"))
                      .setRangeEnd(ByteString.copyFromUtf8("app0")))
              .build());
      cluster.read(AuthGrpc.getAuthEnableMethod(), AuthEnableRequest.getDefaultInstance());
    }
  }
}
