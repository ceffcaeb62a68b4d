package io.kvapp.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kvapp.Changes;
import io.kvapp.KVException;
import io.kvapp.KVServer;
import io.kvapp.KVStore;
import io.kvapp.TestClock;
import io.kvapp.server.HttpEndpoint;
import io.kvapp.server.auth.users.Role;
import io.kvapp.server.auth.users.UserRegister;
import io.kvapp.server.settings.AuthSettings;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Who a client is. */
@Timeout(60)
final class RemoteSessionTest {
  private static final String PASSWORD = "a horse and a battery";

  @TempDir static Path folder;
  private static Path users;

  @RegisterExtension final TestServers servers = new TestServers();
  private final TestClock clock = new TestClock();
  private final List<char[]> asked = new ArrayList<>();

  @BeforeAll
  static void addUsers() {
    users = folder.resolve("users.json");
    new UserRegister(users).add("ann", Role.WRITER, List.of("app/"), PASSWORD);
  }

  private KVServer server() {
    AuthSettings auth =
        AuthSettings.defaults().withUsersFile(users).withTokenLifetime(Duration.ofMinutes(30));
    return servers.start(KVStore.inMemory(), HttpEndpoint.builder().auth(auth), clock);
  }

  private RemoteStoreBuilder client(KVServer server) {
    return RemoteStore.builder(TestServers.uri(server)).user("ann", () -> ask(PASSWORD));
  }

  private char[] ask(String password) {
    char[] given = password.toCharArray();
    asked.add(given);
    return given;
  }

  @Test
  void user_signsInOnce_andAgainWhenTheTokenHasExpired() {
    KVServer server = server();
    try (KVStore store = client(server).open();
        Changes changes = store.changes(Changes.of("app/"))) {
      store.put("app/a", "1");
      assertThat(store.get("app/a")).hasValue("1");
      assertThat(asked).hasSize(1);
      clock.advance(Duration.ofMinutes(31));
      store.put("app/a", "2");
      assertThat(server.store().get("app/a")).hasValue("2");
      assertThat(asked).hasSize(2);
      clock.advance(Duration.ofMinutes(31));
      assertThat(changes.next(Duration.ofSeconds(10)).get(0).kind()).hasToString("SYNCED");
      assertThat(changes.next(Duration.ofSeconds(10)).get(0).keyString()).isEqualTo("app/a");
      assertThat(asked).hasSize(3).allMatch(each -> new String(each).isBlank() || each[0] == 0);
    }
  }

  @Test
  void user_outsideOfItsPrefixes_isNotPermitted() {
    try (KVStore store = client(server()).open()) {
      assertThatThrownBy(() -> store.put("other", "1"))
          .isInstanceOf(KVException.NotPermitted.class);
      assertThatThrownBy(() -> store.get("other")).isInstanceOf(KVException.NotPermitted.class);
      assertThatThrownBy(() -> store.admin().compact())
          .isInstanceOf(KVException.NotPermitted.class);
    }
  }

  @Test
  void user_withAnotherPassword_orNone_isNotSignedIn() {
    URI uri = TestServers.uri(server());
    assertThatThrownBy(() -> RemoteStore.builder(uri).user("ann", () -> ask("wrong")).open())
        .isInstanceOf(KVException.NotSignedIn.class);
    assertThatThrownBy(() -> KVStore.open(uri)).isInstanceOf(KVException.NotSignedIn.class);
    assertThatThrownBy(() -> RemoteStore.builder(uri).token(() -> "a.b.c").open())
        .isInstanceOf(KVException.NotSignedIn.class);
  }
}
