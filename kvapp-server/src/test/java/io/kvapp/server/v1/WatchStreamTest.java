package io.kvapp.server.v1;

import static org.assertj.core.api.Assertions.assertThat;

import io.kvapp.KVServer;
import io.kvapp.KVStore;
import io.kvapp.server.HttpEndpoint;
import io.kvapp.server.SteppedClock;
import io.kvapp.server.auth.Authenticator;
import io.kvapp.server.auth.SignIn;
import io.kvapp.server.auth.users.Role;
import io.kvapp.server.auth.users.UserRegister;
import io.kvapp.server.http.connection.HttpListener;
import io.kvapp.server.http.connection.RawClient;
import io.kvapp.server.http.connection.SocketLayer;
import io.kvapp.server.http.routing.Access;
import io.kvapp.server.http.routing.Route;
import io.kvapp.server.http.routing.Router;
import io.kvapp.server.service.EntryService;
import io.kvapp.server.service.SearchLimits;
import io.kvapp.server.settings.AuthSettings;
import io.kvapp.server.settings.HttpSetting;
import io.kvapp.server.settings.HttpSettings;
import io.kvapp.server.settings.PrefixScope;
import io.kvapp.server.v1.EventClient.Block;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Streams on which nothing happens for long, and such that may not go on. */
@Timeout(60)
final class WatchStreamTest {
  private static final Duration BRIEF = Duration.ofMillis(20);
  private static final Duration LONG = Duration.ofHours(1);

  private final SteppedClock clock = new SteppedClock();
  private final Authenticator authenticator = Authenticator.inMemory(clock);

  @Test
  void stream_withoutMessages_tellsItsPlaceByHeartbeats() throws IOException {
    try (KVStore store = KVStore.inMemory();
        HttpListener listener = listener(store, BRIEF, LONG, 1);
        EventClient events = new EventClient(listener.port(), "?prefix=quiet")) {
      assertThat(events.block().what()).isEqualTo("synced");
      long revision = store.put("elsewhere", "1");
      Block beat = events.block();
      while (!beat.id().equals(Long.toString(revision))) {
        beat = events.block();
      }
      assertThat(beat.data()).isNull();
      store.put("quiet", "1");
      assertThat(events.message().what()).isEqualTo("put quiet");
    }
  }

  @Test
  void stream_whoseClientHasLeft_givesItsPlaceBack() throws IOException {
    try (KVStore store = KVStore.inMemory();
        HttpListener listener = listener(store, LONG, BRIEF, 1);
        RawClient next = new RawClient(listener.port())) {
      EventClient gone = new EventClient(listener.port(), "");
      assertThat(gone.block().what()).isEqualTo("synced");
      gone.close();
      int status = 503;
      while (status == 503) {
        // A place is asked for before the history.
        next.send("GET /v1/watch?after=1 HTTP/1.1\r\nHost: localhost\r\n\r\n");
        status = next.read().status();
      }
      assertThat(status).isEqualTo(410);
    }
  }

  @Test
  void stream_whoseTokenExpires_endsWithItsPlace() throws IOException {
    String token =
        authenticator.issue(new SignIn(InetAddress.getLoopbackAddress(), Optional.empty()));
    try (KVStore store = KVStore.inMemory();
        HttpListener listener = listener(store, LONG, BRIEF, 1);
        EventClient events =
            new EventClient(listener.port(), "", "Authorization: Bearer " + token)) {
      assertThat(events.block().what()).isEqualTo("synced");
      long revision = store.put("a", "1");
      assertThat(events.block().what()).isEqualTo("put a");
      clock.advance(Duration.ofDays(2));
      assertThat(events.block()).isEqualTo(new Block(Long.toString(revision), null, null));
      assertThat(events.block()).isNull();
    }
  }

  @Test
  void stream_ofAUser_tellsWhatIsGrantedUntilTheGrantEnds(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("users.json");
    UserRegister users = new UserRegister(file);
    users.add("lim", Role.READER, List.of("b/", "d/"), "a password");
    try (V1Client client =
        new V1Client(
            KVServer.builder().inMemory(),
            HttpEndpoint.builder().auth(AuthSettings.defaults().withUsersFile(file)))) {
      String basic =
          Base64.getEncoder().encodeToString("lim:a password".getBytes(StandardCharsets.UTF_8));
      String token =
          V1Client.json(client.call("GET", "/api/auth", "Authorization: Basic " + basic))
              .get("token")
              .getAsString();
      String header = "Authorization: Bearer " + token;
      for (String query : List.of("prefix=a", "key=a", "prefix=b/&prefix=c", "key=b/1&key=e")) {
        for (String path : List.of("/v1/watch?", "/v1/changes?")) {
          assertThat(client.call("GET", path + query, header).status()).as(query).isEqualTo(403);
        }
      }
      assertThat(client.call("GET", "/v1/watch").status()).isEqualTo(401);
      long start = client.store().put("a", "1");
      for (String key : List.of("b/1", "b", "c", "d/1")) {
        client.store().put(key, "1");
      }
      String changes = client.call("GET", "/v1/changes?after=" + start, header).text();
      assertThat(changes).contains("b/1", "d/1").doesNotContain("\"b\"", "\"c\"");
      try (EventClient events = new EventClient(client.port(), "?after=" + start, header);
          EventClient part = new EventClient(client.port(), "?prefix=b&after=" + start, header)) {
        assertThat(events.message().what()).isEqualTo("put b/1");
        assertThat(events.message().what()).isEqualTo("put d/1");
        assertThat(events.message().what()).isEqualTo("synced");
        assertThat(part.message().what()).isEqualTo("put b/1");
        assertThat(part.message().what()).isEqualTo("synced");
        users.remove("lim");
        assertThat(events.message()).isNull();
        assertThat(events.lastEventId()).isEqualTo(Long.toString(client.store().revision()));
      }
    }
  }

  private HttpListener listener(KVStore store, Duration heartbeat, Duration look, int watchers) {
    EntryService entries = new EntryService(store, PrefixScope.KEYS, SearchLimits.NONE);
    WatchHandler watch =
        new WatchHandler(entries, authenticator, new WatchCounts(), heartbeat, look);
    Route route = Route.of("/v1/watch", List.of("GET"), Access.READER, watch::handle);
    return HttpListener.start(
        "127.0.0.1",
        0,
        HttpSettings.defaults().with(HttpSetting.MAX_WATCHERS, watchers),
        SocketLayer.PLAIN,
        new Router(List.of(route), List.of(V1Face.at("", authenticator))),
        List.of());
  }
}
