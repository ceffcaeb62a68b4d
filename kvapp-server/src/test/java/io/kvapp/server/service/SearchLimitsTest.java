package io.kvapp.server.service;

import static org.assertj.core.api.Assertions.assertThat;

import io.kvapp.KVServer;
import io.kvapp.server.HttpEndpoint;
import io.kvapp.server.classic.ClassicClient;
import io.kvapp.server.http.connection.RawClient;
import io.kvapp.server.http.connection.RawClient.Answer;
import io.kvapp.server.settings.PrefixScope;
import java.io.IOException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class SearchLimitsTest {
  @ParameterizedTest
  @EnumSource(PrefixScope.class)
  void search_entriesAtTheirLimit_areAllFound_beyondIt413(PrefixScope scope) throws IOException {
    HttpEndpoint endpoint = HttpEndpoint.builder().prefixScope(scope).maxSearchEntries(300).build();
    try (KVServer server = server(endpoint);
        RawClient client = new RawClient(server.port())) {
      String token = ClassicClient.token(client);
      for (int number = 0; number < 300; number++) {
        server.store().put("p" + number, "p" + number);
      }
      server.store().put("other", "other");
      Answer all = ClassicClient.search(client, token, "prefix", "p");
      assertThat(all.status()).isEqualTo(200);
      assertThat(all.text().split("\"key\":", -1)).hasSize(301);
      server.store().put("p300", "p300");
      assertRefused(
          ClassicClient.search(client, token, "prefix", "p"),
          "the search finds more than the limit of 300 entries; give a longer prefix");
      assertThat(ClassicClient.search(client, token, "prefix", "p1").status()).isEqualTo(200);
      assertThat(ClassicClient.search(client, token, "prefix", "x").status()).isEqualTo(204);
    }
  }

  @ParameterizedTest
  @EnumSource(PrefixScope.class)
  void search_bytesAtTheirLimit_areAllFound_beyondIt413(PrefixScope scope) throws IOException {
    HttpEndpoint endpoint =
        HttpEndpoint.builder().prefixScope(scope).maxSearchBytes(200_000).build();
    try (KVServer server = server(endpoint);
        RawClient client = new RawClient(server.port())) {
      String token = ClassicClient.token(client);
      for (int number = 0; number < 2; number++) {
        server.store().put("p" + number, "p" + "v".repeat(99_997));
      }
      Answer all = ClassicClient.search(client, token, "prefix", "p");
      assertThat(all.status()).isEqualTo(200);
      assertThat(all.text()).hasSizeGreaterThan(200_000).endsWith("}]}");
      server.store().put("p1", "p" + "v".repeat(99_998));
      assertRefused(
          ClassicClient.search(client, token, "prefix", "p"),
          "the search finds more than the limit of 200000 bytes of keys and values;"
              + " give a longer prefix");
      assertThat(ClassicClient.search(client, token, "key", "p1").status()).isEqualTo(200);
    }
  }

  private static void assertRefused(Answer answer, String message) {
    assertThat(answer.status()).isEqualTo(413);
    assertThat(answer.text()).isEqualTo(ClassicClient.members("msg", message));
  }

  private static KVServer server(HttpEndpoint endpoint) {
    return KVServer.builder().inMemory().port(0).endpoint(endpoint).build().start();
  }
}
