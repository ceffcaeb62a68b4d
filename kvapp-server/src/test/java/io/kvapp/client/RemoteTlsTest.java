package io.kvapp.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kvapp.Changes;
import io.kvapp.KVException;
import io.kvapp.KVServer;
import io.kvapp.KVStore;
import io.kvapp.server.HttpEndpoint;
import io.kvapp.server.tls.TestCertificates;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The client over TLS. A time-out that no test waits for shows that what cannot get better is not
 * repeated.
 */
@Timeout(60)
final class RemoteTlsTest {
  private static final Duration FOR_EVER = Duration.ofHours(1);

  @TempDir private static Path made;
  private static TestCertificates ours;
  private static TestCertificates others;
  private static KVServer secured;
  private static KVServer plain;

  @BeforeAll
  static void start() throws Exception {
    ours =
        TestCertificates.make(
            made, "ours", "-keyalg", "EC", "-groupname", "secp256r1", "-ext", "san=dns:localhost");
    others = TestCertificates.make(made, "others", "-keyalg", "EC", "-groupname", "secp256r1");
    HttpEndpoint tls = HttpEndpoint.builder().tls(ours.pemFiles(made)).build();
    secured = KVServer.builder().inMemory().port(0).endpoint(tls).build().start();
    plain = KVServer.builder().inMemory().port(0).build().start();
  }

  @AfterAll
  static void stop() {
    secured.close();
    plain.close();
  }

  private static RemoteStoreBuilder client(String scheme, String host, KVServer server) {
    return RemoteStore.builder(URI.create(scheme + "://" + host + ":" + server.port()))
        .timeout(FOR_EVER);
  }

  @Test
  void certificate_ofATrustedIssuer_isTaken() throws Exception {
    try (KVStore store =
            client("https", "localhost", secured)
                .sslContext(TestCertificates.trusting(ours))
                .open();
        Changes changes = store.changes(Changes.all())) {
      store.put("a", "1");
      assertThat(store.get("a")).hasValue("1");
      assertThat(changes.next(Duration.ofSeconds(10)).get(0).kind()).hasToString("SYNCED");
      assertThat(changes.next(Duration.ofSeconds(10)).get(0).keyString()).isEqualTo("a");
    }
  }

  @Test
  void certificate_ofAnotherIssuer_isRefusedAtOnce() throws Exception {
    RemoteStoreBuilder stranger =
        client("https", "localhost", secured).sslContext(TestCertificates.trusting(others));
    try (RemoteStore store = stranger.build()) {
      assertThatThrownBy(() -> store.put("a", "1"))
          .isInstanceOf(KVException.Untrusted.class)
          .hasMessageContaining("the certificate of https://localhost:" + secured.port())
          .hasMessageContaining("sslContext");
    }
    RemoteStoreBuilder ofTheJdk = client("https", "localhost", secured);
    assertThatThrownBy(ofTheJdk::open).isInstanceOf(KVException.Untrusted.class);
  }

  @Test
  void certificate_ofAnotherHost_isRefusedAtOnce() throws Exception {
    RemoteStoreBuilder elsewhere =
        client("https", "127.0.0.1", secured).sslContext(TestCertificates.trusting(ours));
    assertThatThrownBy(elsewhere::open)
        .isInstanceOf(KVException.Untrusted.class)
        .hasMessageContaining("127.0.0.1")
        .hasMessageContaining("use a host that it names");
  }

  @Test
  void schemeOfTheOther_isToldAtOnce() throws Exception {
    assertThatThrownBy(client("https", "localhost", plain)::open)
        .isInstanceOf(KVException.class)
        .hasMessageContaining("does not answer as a server")
        .hasMessageContaining("https");
    assertThatThrownBy(client("http", "localhost", secured)::open)
        .isInstanceOf(KVException.class)
        .hasMessageContaining("does not answer as a server")
        .hasMessageContaining("https");
  }
}
