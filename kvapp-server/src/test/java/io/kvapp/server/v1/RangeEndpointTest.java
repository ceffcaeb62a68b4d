package io.kvapp.server.v1;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.kvapp.server.http.connection.RawClient.Answer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class RangeEndpointTest {
  @AutoClose private final V1Client client = V1Client.inMemory();

  @Test
  void list_nothing_is200WithEmptyArrays() throws IOException {
    Answer empty = client.call("GET", "/v1/kv?delimiter=/");
    assertThat(empty.status()).isEqualTo(200);
    assertThat(empty.header("Content-Type")).contains("application/json");
    long revision = Long.parseLong(empty.header("KVApp-Revision").orElseThrow());
    assertThat(empty.text())
        .isEqualTo("{\"entries\":[],\"folders\":[],\"next\":null,\"revision\":" + revision + "}");
    assertThat(client.call("GET", "/v1/kv").text())
        .isEqualTo("{\"entries\":[],\"next\":null,\"revision\":" + revision + "}");
  }

  @Test
  void list_entries_areEntryObjects() throws IOException {
    long first = client.store().put("city:gyor", "Győr");
    client.store().put(new byte[] {'c', (byte) 0xff}, new byte[] {(byte) 0x80});
    long last = client.store().put("d", "");
    assertThat(client.call("GET", "/v1/kv?prefix=c").text())
        .isEqualTo(
            "{\"entries\":[{\"key\":\"city:gyor\",\"value\":\"Győr\",\"size\":5,\"revision\":"
                + first
                + "},{\"key_base64\":\"Y/8=\",\"value_base64\":\"gA==\",\"size\":1,\"revision\":"
                + (first + 1)
                + "}],\"next\":null,\"revision\":"
                + last
                + "}");
    assertThat(client.call("GET", "/v1/kv?prefix=city&keys_only=true").text())
        .startsWith("{\"entries\":[{\"key\":\"city:gyor\",\"size\":5,\"revision\":" + first + "}]");
    assertThat(client.call("GET", "/v1/kv?from=d&keys_only=true").text())
        .startsWith("{\"entries\":[{\"key\":\"d\",\"size\":0,\"revision\":" + last + "}]");
  }

  @Test
  void list_folders_showOneLevel() throws IOException {
    for (String key : List.of("docs/2026/a", "docs/2026/b", "docs/img/x", "docs/readme", "doc")) {
      client.store().put(key, "..");
    }
    JsonObject page = V1Client.json(client.call("GET", "/v1/kv?prefix=docs/&delimiter=/"));
    assertThat(keys(page)).containsExactly("docs/readme");
    assertThat(page.getAsJsonArray("folders").toString())
        .isEqualTo("[{\"prefix\":\"docs/2026/\"},{\"prefix\":\"docs/img/\"}]");
    assertThat(page.get("next").isJsonNull()).isTrue();
  }

  @Test
  void list_pages_byCursor() throws IOException {
    for (int number = 0; number < 250; number++) {
      client.store().put("k%03d".formatted(number), "v");
    }
    JsonObject first = V1Client.json(client.call("GET", "/v1/kv"));
    assertThat(keys(first)).hasSize(100);
    assertThat(first.get("next").getAsString())
        .isEqualTo(
            Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString("k099".getBytes(StandardCharsets.UTF_8)));
    for (String reverse : List.of("false", "true")) {
      List<String> all = new ArrayList<>();
      String cursor = "";
      do {
        JsonObject page =
            V1Client.json(
                client.call("GET", "/v1/kv?limit=7&prefix=k1&reverse=" + reverse + cursor));
        all.addAll(keys(page));
        JsonElement next = page.get("next");
        cursor = next.isJsonNull() ? "" : "&cursor=" + next.getAsString();
      } while (!cursor.isEmpty());
      assertThat(all).hasSize(100).doesNotHaveDuplicates();
      assertThat(all.get(0)).isEqualTo(reverse.equals("true") ? "k199" : "k100");
    }
  }

  @Test
  void list_maxBytes_endsAPage() throws IOException {
    client.store().put("a", "x".repeat(1000));
    client.store().put("b", "x".repeat(1000));
    assertThat(keys(V1Client.json(client.call("GET", "/v1/kv?max_bytes=1500")))).hasSize(1);
    assertThat(keys(V1Client.json(client.call("GET", "/v1/kv?max_bytes=1")))).hasSize(1);
    assertThat(keys(V1Client.json(client.call("GET", "/v1/kv?max_bytes=2500")))).hasSize(2);
  }

  @ParameterizedTest
  @CsvSource({
    "limit=0, limit",
    "limit=10001, limit",
    "limit=x, limit",
    "max_bytes=0, max_bytes",
    "max_bytes=67108865, max_bytes",
    "cursor=, cursor",
    "cursor=%2B%2F, cursor",
    "cursor=a, cursor",
    "reverse=1, reverse",
    "keys_only=, keys_only",
    "delimiter=, delimiter",
    "delimiter=12345678901234567, delimiter",
    "to=, to"
  })
  void list_wrongParameter_is400(String query, String parameter) throws IOException {
    Answer refused = client.call("GET", "/v1/kv?" + query);
    assertThat(V1Client.code(refused)).isEqualTo("bad-parameter");
    assertThat(V1Client.json(refused).get("parameter").getAsString()).isEqualTo(parameter);
  }

  @Test
  void list_unknownParameter_is400() throws IOException {
    assertThat(V1Client.code(client.call("GET", "/v1/kv?perfix=a"))).isEqualTo("unknown-parameter");
  }

  @Test
  void count_prefixAndRange() throws IOException {
    for (String key : List.of("a", "b1", "b2", "b3", "c")) {
      client.store().put(key, "x");
    }
    long revision = client.store().revision();
    assertThat(client.call("GET", "/v1/count").text())
        .isEqualTo("{\"count\":5,\"revision\":" + revision + "}");
    assertThat(V1Client.json(client.call("GET", "/v1/count?prefix=b")).get("count").getAsInt())
        .isEqualTo(3);
    assertThat(
            V1Client.json(client.call("GET", "/v1/count?prefix=b&from=b2&to=c"))
                .get("count")
                .getAsInt())
        .isEqualTo(2);
    assertThat(client.call("GET", "/v1/count?from=b&to=a").text()).startsWith("{\"count\":0,");
    assertThat(client.call("HEAD", "/v1/count").status()).isEqualTo(200);
  }

  @Test
  void delete_prefix_deletesWhatStartsWithIt() throws IOException {
    for (int number = 0; number < 2_345; number++) {
      client.store().put("users/" + number, "x");
    }
    client.store().put("users", "x");
    client.store().put("users2", "x");
    Answer deleted = client.call("DELETE", "/v1/kv?prefix=users/");
    assertThat(deleted.status()).isEqualTo(200);
    assertThat(deleted.header("KVApp-Durability")).contains("os");
    assertThat(deleted.text())
        .isEqualTo(
            "{\"deleted\":2345,\"revision\":"
                + deleted.header("KVApp-Revision").orElseThrow()
                + "}");
    assertThat(client.store().size()).isEqualTo(2);
    assertThat(client.call("DELETE", "/v1/kv?prefix=users/").text()).startsWith("{\"deleted\":0,");
  }

  @Test
  void delete_everything_onlyByAll() throws IOException {
    client.store().put("a", "x");
    for (String query :
        List.of(
            "",
            "?",
            "?prefix=",
            "?all=false",
            "?all=true&prefix=",
            "?all=true&prefix=a",
            "?sync=true")) {
      Answer refused = client.call("DELETE", "/v1/kv" + query);
      assertThat(refused.status()).as(query).isEqualTo(400);
      assertThat(V1Client.code(refused)).as(query).isEqualTo("bad-parameter");
    }
    assertThat(V1Client.code(client.call("DELETE", "/v1/kv?prefix=a", "If-Match: 1")))
        .isEqualTo("bad-condition");
    assertThat(client.store().size()).isOne();
    assertThat(client.call("DELETE", "/v1/kv?all=true&sync=true").text())
        .startsWith("{\"deleted\":1,");
    assertThat(client.store().size()).isZero();
  }

  private static List<String> keys(JsonObject page) {
    JsonArray entries = page.getAsJsonArray("entries");
    List<String> keys = new ArrayList<>();
    entries.forEach(entry -> keys.add(entry.getAsJsonObject().get("key").getAsString()));
    return keys;
  }
}
