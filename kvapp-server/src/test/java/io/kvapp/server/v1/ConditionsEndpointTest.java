package io.kvapp.server.v1;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import io.kvapp.server.http.connection.RawClient.Answer;
import java.io.IOException;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ConditionsEndpointTest {
  private static final String NONE_MATCH_ANY = "If-None-Match: *";
  @AutoClose private V1Client client = V1Client.inMemory();

  @Test
  void put_ifMatch_writesOnlyWhatWasRead() throws IOException {
    long first = client.store().put("a", "1");
    for (String tag : new String[] {"\"%d\"", "%d", "W/\"%d\""}) {
      long revision = client.store().entry("a").orElseThrow().revision();
      String header = "If-Match: " + tag.formatted(revision);
      assertThat(client.send("PUT", "/v1/kv/a", "2", header).status()).isEqualTo(204);
    }
    long present = client.store().entry("a").orElseThrow().revision();
    Answer conflict = client.send("PUT", "/v1/kv/a", "3", "If-Match: \"" + first + "\"");
    assertThat(conflict.status()).isEqualTo(412);
    assertThat(V1Client.code(conflict)).isEqualTo("conflict");
    assertThat(V1Client.revision(conflict)).isEqualTo(present);
    assertThat(V1Client.json(conflict).get("current").toString())
        .isEqualTo("{\"key\":\"a\",\"value\":\"2\",\"size\":1,\"revision\":" + present + "}");
    assertThat(client.store().get("a")).contains("2");
  }

  @Test
  void put_preconditionsOfPresence() throws IOException {
    Answer absent = client.send("PUT", "/v1/kv/a", "1", "If-Match: *");
    assertThat(absent.status()).isEqualTo(412);
    assertThat(V1Client.json(absent).get("current").isJsonNull()).isTrue();
    assertThat(absent.header("ETag")).isEmpty();
    assertThat(client.send("PUT", "/v1/kv/a", "1", "If-Match: 7").status()).isEqualTo(412);
    assertThat(client.send("PUT", "/v1/kv/a", "1", NONE_MATCH_ANY).status()).isEqualTo(201);
    assertThat(client.send("PUT", "/v1/kv/a", "2", NONE_MATCH_ANY).status()).isEqualTo(412);
    assertThat(client.send("PUT", "/v1/kv/a", "2", "If-Match: *").status()).isEqualTo(204);
    assertThat(client.store().get("a")).contains("2");
  }

  @Test
  void conflict_largeValue_isLeftOut() throws IOException {
    client.store().put("a", "x".repeat(64 << 10));
    Answer small = client.send("PUT", "/v1/kv/a", "1", NONE_MATCH_ANY);
    assertThat(V1Client.json(small).getAsJsonObject("current").has("value")).isTrue();
    client.store().put("a", "x".repeat((64 << 10) + 1));
    JsonObject current =
        V1Client.json(client.send("PUT", "/v1/kv/a", "1", NONE_MATCH_ANY))
            .getAsJsonObject("current");
    assertThat(current.has("value")).isFalse();
    assertThat(current.get("size").getAsInt()).isEqualTo((64 << 10) + 1);
  }

  @ParameterizedTest
  @CsvSource({
    "GET, If-None-Match: *",
    "GET, If-Match: abc",
    "PUT, If-None-Match: 41",
    "PUT, 'If-Match: \"1\", \"2\"'",
    "PATCH, If-Match:",
    "POST, If-Match: *",
    "DELETE, If-Match: 0"
  })
  void condition_malformedOrMisplaced_is400(String method, String header) throws IOException {
    client.store().put("a", "1");
    String query = method.equals("PATCH") ? "?ttl=1s" : method.equals("POST") ? "?add=1" : "";
    Answer refused = client.call(method, "/v1/kv/a" + query, header);
    assertThat(refused.status()).isEqualTo(400);
    assertThat(V1Client.code(refused)).isEqualTo("bad-condition");
    assertThat(client.store().get("a")).contains("1");
  }

  @Test
  void get_conditions() throws IOException {
    long revision = client.store().put("a", "1");
    Answer same = client.call("GET", "/v1/kv/a", "If-None-Match: \"" + revision + "\"");
    assertThat(same.status()).isEqualTo(304);
    assertThat(same.header("ETag")).contains("\"" + revision + "\"");
    assertThat(same.body()).isEmpty();
    assertThat(client.call("GET", "/v1/kv/a", "If-None-Match: 1").status())
        .isEqualTo(revision == 1 ? 304 : 200);
    assertThat(client.call("GET", "/v1/kv/a", "If-Match: " + revision).status()).isEqualTo(200);
    assertThat(client.call("GET", "/v1/kv/a", "If-Match: " + (revision + 1)).status())
        .isEqualTo(412);
    assertThat(client.call("GET", "/v1/kv/b", "If-None-Match: 5").status()).isEqualTo(404);
    assertThat(client.call("GET", "/v1/kv/b", "If-Match: 5").status()).isEqualTo(412);
  }
}
