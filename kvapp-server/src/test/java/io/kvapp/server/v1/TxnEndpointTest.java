package io.kvapp.server.v1;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import io.kvapp.KVServer;
import io.kvapp.server.HttpEndpoint;
import io.kvapp.server.http.connection.RawClient.Answer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class TxnEndpointTest {
  @AutoClose private final V1Client client = V1Client.inMemory();

  @Test
  void txn_allOperations_inOrderUnderOneRevision() throws IOException {
    long revision = client.store().put("c", "mine");
    client.store().put("b", "old");
    client.store().put("s", "live");
    Answer done =
        txn(
            "{\"if\":[{\"key\":\"c\",\"value\":\"mine\"},{\"key\":\"new\",\"exists\":false},"
                + ("{\"key\":\"c\",\"revision\":" + revision + "},")
                + "{\"key_base64\":\"Yg==\",\"exists\":true},{\"key\":\"no\",\"revision\":0}],"
                + "\"then\":[{\"op\":\"put\",\"key\":\"a\",\"value\":\"1\",\"ttl\":\"30s\"},"
                + "{\"op\":\"put\",\"key\":\"c\",\"value_base64\":\"/w==\"},"
                + "{\"op\":\"delete\",\"key\":\"b\"},{\"op\":\"delete\",\"key\":\"no\"},"
                + "{\"op\":\"add\",\"key\":\"hits\",\"by\":43,\"ttl\":\"1m\"},"
                + "{\"op\":\"add\",\"key\":\"hits\"},{\"op\":\"touch\",\"key\":\"s\",\"ttl\":1800},"
                + "{\"op\":\"touch\",\"key\":\"no\",\"ttl\":\"none\"},"
                + "{\"op\":\"get\",\"key\":\"c\"},{\"op\":\"get\",\"key\":\"no\"}]}");
    assertThat(done.status()).isEqualTo(200);
    String written = done.header("KVApp-Revision").orElseThrow();
    assertThat(done.header("KVApp-Durability")).contains("os");
    assertThat(done.text().replaceAll("\"expires_at\":\"20[^\"]*Z\"", "\"expires_at\":\"..\""))
        .isEqualTo(
            "{\"revision\":"
                + written
                + ",\"results\":[{\"created\":true,\"expires_at\":\"..\"},{\"created\":false},"
                + "{\"deleted\":true},{\"deleted\":false},{\"value\":43,\"expires_at\":\"..\"},"
                + "{\"value\":44,\"expires_at\":\"..\"},{\"touched\":true,\"expires_at\":\"..\"},"
                + "{\"touched\":false},{\"entry\":{\"key\":\"c\",\"value\":\"mine\",\"size\":4,"
                + "\"revision\":"
                + revision
                + "}},{\"entry\":null}]}");
    assertThat(client.store().get("hits")).contains("44");
    assertThat(client.store().entry("s").orElseThrow().expiresAt()).isPresent();
    assertThat(client.store().entry("a").orElseThrow().revision())
        .isEqualTo(Long.parseLong(written));
  }

  @Test
  void txn_onlyReads_hasNoRevision() throws IOException {
    Answer read = txn("{\"then\":[{\"op\":\"get\",\"key\":\"a\"}]}");
    assertThat(read.text()).isEqualTo("{\"revision\":null,\"results\":[{\"entry\":null}]}");
    assertThat(read.header("KVApp-Revision")).isEmpty();
  }

  @Test
  void txn_conditionsDoNotHold_tellsAllOfThem() throws IOException {
    long revision = client.store().put("a", "1");
    client.store().put("big", "x".repeat((64 << 10) + 1));
    Answer conflict =
        txn(
            "{\"then\":[{\"op\":\"put\",\"key\":\"x\",\"value\":\"1\"}],\"if\":["
                + "{\"key\":\"a\",\"exists\":true},{\"key\":\"a\",\"value\":\"2\"},"
                + "{\"key\":\"no\",\"exists\":true},{\"key\":\"big\",\"exists\":false}]}");
    assertThat(conflict.status()).isEqualTo(412);
    assertThat(V1Client.code(conflict)).isEqualTo("conflict");
    JsonObject problem = V1Client.json(conflict);
    assertThat(problem.getAsJsonArray("failed").get(0).toString())
        .isEqualTo(
            "{\"index\":1,\"current\":{\"key\":\"a\",\"value\":\"1\",\"size\":1,\"revision\":"
                + revision
                + "}}");
    assertThat(problem.getAsJsonArray("failed").get(1).toString())
        .isEqualTo("{\"index\":2,\"current\":null}");
    assertThat(problem.getAsJsonArray("failed").get(2).toString())
        .startsWith("{\"index\":3,\"current\":{\"key\":\"big\",\"size\":65537,");
    assertThat(client.store().get("x")).isEmpty();
  }

  @Test
  void txn_addFails_is422WithItsIndex() throws IOException {
    client.store().put("text", "x");
    client.store().put("max", Long.toString(Long.MAX_VALUE));
    Answer noNumber =
        txn(
            "{\"then\":[{\"op\":\"put\",\"key\":\"y\",\"value\":\"\"},"
                + "{\"op\":\"add\",\"key\":\"text\"}]}");
    assertThat(noNumber.status()).isEqualTo(422);
    assertThat(V1Client.code(noNumber)).isEqualTo("not-a-number");
    assertThat(V1Client.json(noNumber).get("index").getAsInt()).isEqualTo(1);
    Answer overflow = txn("{\"then\":[{\"op\":\"add\",\"key\":\"max\",\"by\":\"1\"}]}");
    assertThat(V1Client.code(overflow)).isEqualTo("overflow");
    assertThat(V1Client.json(overflow).get("index").getAsInt()).isZero();
    assertThat(client.store().get("y")).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "9007199254740991, 9007199254740991",
    "9007199254740992, \"9007199254740992\"",
    "-9007199254740991, -9007199254740991",
    "-9007199254740992, \"-9007199254740992\"",
    "9223372036854775807, \"9223372036854775807\""
  })
  void txn_sum_isAStringWhereANumberIsNotExact(String by, String shown) throws IOException {
    for (String quote : new String[] {"", "\""}) {
      client.store().delete("n");
      assertThat(
              txn("{\"then\":[{\"op\":\"add\",\"key\":\"n\",\"by\":" + quote + by + quote + "}]}")
                  .text())
          .endsWith("[{\"value\":" + shown + "}]}");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "[]",
        "{\"then\":[{\"op\":\"add\",\"key\":\"a\",\"by\":\"+1\"}]}",
        "{\"then\":[{\"op\":\"add\",\"key\":\"a\",\"by\":\"\u0665\"}]}",
        "null",
        "{}",
        "{\"then\":[]}",
        "{\"if\":[]}",
        "{\"then\":{}}",
        "{\"else\":[]}",
        "{\"then\":[{\"op\":\"get\",\"key\":\"a\"}]}x",
        "{\"then\":[{\"op\":\"get\",\"key\":\"a\"}],}",
        "{\"then\":[{\"op\":\"get\",\"key\":\"a\"},]}",
        "{\"then\":[{\"op\":\"get\",\"key\":\"a\"}],\"then\":[{\"op\":\"get\",\"key\":\"a\"}]}",
        "{\"then\":[{\"op\":\"get\"}]}",
        "{\"then\":[{\"key\":\"a\"}]}",
        "{\"then\":[{\"op\":\"get\",\"key\":\"a\",\"key_base64\":\"YQ==\"}]}",
        "{\"then\":[{\"op\":\"get\",\"key\":\"a\",\"value\":\"b\"}]}",
        "{\"then\":[{\"op\":\"cas\",\"key\":\"a\"}]}",
        "{\"then\":[{\"op\":\"put\",\"key\":\"a\"}]}",
        "{\"then\":[{\"op\":\"put\",\"key\":\"a\",\"value\":1}]}",
        "{\"then\":[{\"op\":\"put\",\"key\":\"a\",\"value\":\"b\",\"by\":1}]}",
        "{\"then\":[{\"op\":\"put\",\"key\":\"a\",\"value\":\"b\",\"value_base64\":\"\"}]}",
        "{\"then\":[{\"op\":\"put\",\"key\":\"a\",\"value\":\"\\ud800\"}]}",
        "{\"then\":[{\"op\":\"put\",\"key\":\"a\",\"value_base64\":\"*\"}]}",
        "{\"then\":[{\"op\":\"put\",\"key\":\"a\",\"value\":\"b\",\"ttl\":\"0\"}]}",
        "{\"then\":[{\"op\":\"add\",\"key\":\"a\",\"by\":1.5}]}",
        "{\"then\":[{\"op\":\"add\",\"key\":\"a\",\"value\":\"1\"}]}",
        "{\"then\":[{\"op\":\"touch\",\"key\":\"a\"}]}",
        "{\"then\":[{\"op\":\"delete\",\"key\":\"a\",\"ttl\":\"1s\"}]}",
        "{\"if\":[{\"key\":\"a\"}],\"then\":[{\"op\":\"get\",\"key\":\"a\"}]}",
        "{\"if\":[{\"key\":\"a\",\"exists\":true,\"revision\":1}],"
            + "\"then\":[{\"op\":\"get\",\"key\":\"a\"}]}",
        "{\"if\":[{\"key\":\"a\",\"revision\":-1}],\"then\":[{\"op\":\"get\",\"key\":\"a\"}]}",
        "{\"if\":[{\"exists\":true}],\"then\":[{\"op\":\"get\",\"key\":\"a\"}]}",
        "{\"if\":[{\"key\":\"a\",\"exists\":\"true\"}],\"then\":[{\"op\":\"get\",\"key\":\"a\"}]}"
      })
  void txn_malformed_is400(String body) throws IOException {
    Answer refused = txn(body);
    assertThat(refused.status()).isEqualTo(400);
    assertThat(V1Client.code(refused)).isEqualTo("bad-json");
    assertThat(client.store().size()).isZero();
  }

  @Test
  void txn_cutAtEachByte_is400() throws IOException {
    String whole =
        "{\"if\":[{\"key\":\"a\",\"exists\":false}],\"then\":[{\"op\":\"put\",\"key\":\"ő\","
            + "\"value\":\"\\u00e9\",\"ttl\":\"30s\"},{\"op\":\"add\",\"key\":\"n\",\"by\":-1}]}";
    for (int length = 0; length < whole.length(); length++) {
      Answer refused = txn(whole.substring(0, length));
      assertThat(refused.status()).as("cut at %d", length).isEqualTo(400);
    }
    assertThat(client.store().size()).isZero();
    assertThat(txn(whole).status()).isEqualTo(200);
  }

  @Test
  void txn_badKeys_are400() throws IOException {
    for (String key : new String[] {"", "k".repeat(4097)}) {
      assertThat(V1Client.code(txn("{\"then\":[{\"op\":\"get\",\"key\":\"" + key + "\"}]}")))
          .isEqualTo("bad-key");
    }
  }

  @Test
  void txn_tooMany_is413WithTheLimit() throws IOException {
    String operation = "{\"op\":\"add\",\"key\":\"n\"}";
    assertThat(txn("{\"then\":[" + (operation + ",").repeat(9_999) + operation + "]}").status())
        .isEqualTo(200);
    assertThat(client.store().get("n")).contains("10000");
    Answer refused = txn("{\"then\":[" + (operation + ",").repeat(10_000) + operation + "]}");
    assertThat(refused.status()).isEqualTo(413);
    assertThat(V1Client.code(refused)).isEqualTo("too-large");
    assertThat(V1Client.json(refused).get("limit").getAsInt()).isEqualTo(10_000);
    assertThat(client.store().get("n")).contains("10000");
  }

  @Test
  void txn_ofLargeValues_holdsOneOfTheLargestAnd16MiB() throws IOException {
    String value = "x".repeat(5 << 20);
    String put = "{\"op\":\"put\",\"key\":\"%s\",\"value\":\"" + value + "\"}";
    String body =
        "{\"then\":[" + put.formatted("a") + "," + put.formatted("b") + "," + put.formatted("c");
    assertThat(txn(body + "]}").status()).isEqualTo(200);
    assertThat(client.store().get("c").orElseThrow()).hasSize(5 << 20);
    try (V1Client second = new V1Client()) {
      JsonObject limits = V1Client.json(second.call("GET", "/v1")).getAsJsonObject("limits");
      int most = limits.get("txn_bytes").getAsInt();
      assertThat(most).isBetween((4 * (16 << 20)) / 3, 24 << 20);
      Answer refused = second.call("POST", "/v1/txn", "Content-Length: " + (most + 1));
      assertThat(refused.status()).isEqualTo(413);
      assertThat(V1Client.json(refused).get("limit").getAsInt()).isEqualTo(most);
    }
  }

  @Test
  void txn_thatReadsAndWritesMoreThanItsLimit_is413_andChangesNothing() throws IOException {
    client.store().put("large".getBytes(StandardCharsets.UTF_8), new byte[6 << 20]);
    String get = "{\"op\":\"get\",\"key\":\"large\"}";
    String touch = "{\"op\":\"touch\",\"key\":\"large\",\"ttl\":\"keep\"}";
    String put = "{\"op\":\"put\",\"key\":\"new\",\"value\":\"x\"}";
    int most = (16 << 20) + 4_096;
    for (String reading : List.of(get, touch)) {
      String twice = "{\"then\":[" + put + "," + reading + "," + reading;
      Answer refused = txn(twice + "," + reading + "]}");
      assertThat(refused.status()).isEqualTo(413);
      assertThat(V1Client.json(refused).get("limit").getAsInt()).isEqualTo(most);
      assertThat(client.store().get("new")).isEmpty();
      assertThat(txn(twice + "]}").status()).isEqualTo(200);
      client.store().delete("new");
    }
  }

  @Test
  void txn_limitsOfTheServer_areToldAndHeld() throws IOException {
    KVServer.Builder small = KVServer.builder().inMemory().maxValueBytes(1_000);
    HttpEndpoint.Builder limited = HttpEndpoint.builder().maxTxnBytes(8_000).maxTxnOperations(3);
    try (V1Client other = new V1Client(small, limited)) {
      JsonObject limits = V1Client.json(other.call("GET", "/v1")).getAsJsonObject("limits");
      assertThat(limits.get("batch_bytes").getAsInt()).isEqualTo(8_000);
      assertThat(limits.get("txn_bytes").getAsInt()).isGreaterThan(8_000 * 4 / 3);
      assertThat(limits.get("txn_operations").getAsInt()).isEqualTo(3);
      assertThat(limits.get("txn_conditions").getAsInt()).isEqualTo(3);

      String key = "k".repeat(3_000);
      String large =
          "{\"op\":\"put\",\"key\":\"%s" + key + "\",\"value\":\"%s" + "v".repeat(990) + "\"}";
      String fits = large.formatted("a", "12345678") + "," + large.formatted("b", "12345678");
      assertThat(other.send("POST", "/v1/txn", "{\"then\":[" + fits + "]}").status())
          .isEqualTo(200);
      String get = "{\"op\":\"get\",\"key\":\"nothing\"}";
      Answer tooLarge = other.send("POST", "/v1/txn", "{\"then\":[" + fits + "," + get + "]}");
      assertLimit(tooLarge, 8_000);

      String condition = "{\"key\":\"nothing\",\"exists\":false}";
      assertThat(
              other
                  .send("POST", "/v1/txn", txn(condition + ("," + condition).repeat(2), get))
                  .status())
          .isEqualTo(200);
      assertLimit(
          other.send("POST", "/v1/txn", txn(condition + ("," + condition).repeat(3), get)), 3);
      assertLimit(other.send("POST", "/v1/txn", txn("", get + ("," + get).repeat(3))), 3);
    }
  }

  @Test
  void txn_limitBelowAnEntry_stillTakesOneEntry() throws IOException {
    try (V1Client other = new V1Client(HttpEndpoint.builder().maxTxnBytes(1))) {
      String key = "k".repeat(4_096);
      String value = "v".repeat(16 << 20);
      String put = "{\"op\":\"put\",\"key\":\"" + key + "\",\"value\":\"" + value + "\"}";
      assertThat(other.send("POST", "/v1/txn", txn("", put)).status()).isEqualTo(200);
      String get = "{\"op\":\"get\",\"key\":\"nothing\"}";
      assertLimit(other.send("POST", "/v1/txn", txn("", put + "," + get)), (16 << 20) + 4_096);
    }
  }

  @Test
  void txn_expiresAt_isTakenAndTold() throws IOException {
    String moment = "\"expires_at\":\"2999-01-01T00:00:00.000Z\"";
    String put = "{\"op\":\"put\",\"key\":\"a\",\"value\":\"1\"," + moment + "}";
    String add = "{\"op\":\"add\",\"key\":\"n\"," + moment + "}";
    String touch = "{\"op\":\"touch\",\"key\":\"a\",\"ttl\":\"keep\"}";
    Answer made = txn("{\"then\":[" + put + "," + add + "," + touch + "]}");
    assertThat(new String(made.body(), StandardCharsets.UTF_8))
        .endsWith(
            "\"results\":[{\"created\":true,"
                + moment
                + "},{\"value\":1,"
                + moment
                + "},{\"touched\":true,"
                + moment
                + "}]}");
    for (String wrong :
        List.of(
            "{\"op\":\"put\",\"key\":\"a\",\"value\":\"1\",\"ttl\":\"1s\"," + moment + "}",
            "{\"op\":\"put\",\"key\":\"a\",\"value\":\"1\",\"expires_at\":\"soon\"}",
            "{\"op\":\"get\",\"key\":\"a\"," + moment + "}")) {
      assertThat(txn("{\"then\":[" + wrong + "]}").status()).isEqualTo(400);
    }
  }

  @Test
  void txn_parametersAndConditionHeaders() throws IOException {
    String body = "{\"then\":[{\"op\":\"add\",\"key\":\"n\"}]}";
    assertThat(client.send("POST", "/v1/txn?sync=true", body).header("KVApp-Durability"))
        .contains("sync");
    assertThat(V1Client.code(client.send("POST", "/v1/txn?key=n", body)))
        .isEqualTo("unknown-parameter");
    assertThat(V1Client.code(client.send("POST", "/v1/txn", body, "If-Match: 1")))
        .isEqualTo("bad-condition");
    assertThat(
            client
                .send("POST", "/v1/txn", body, "Content-Type: application/x-www-form-urlencoded")
                .status())
        .isEqualTo(200);
  }

  private static String txn(String conditions, String operations) {
    return "{\"if\":[" + conditions + "],\"then\":[" + operations + "]}";
  }

  private static void assertLimit(Answer refused, int limit) {
    assertThat(refused.status()).isEqualTo(413);
    assertThat(V1Client.code(refused)).isEqualTo("too-large");
    assertThat(V1Client.json(refused).get("limit").getAsInt()).isEqualTo(limit);
  }

  private Answer txn(String body) throws IOException {
    return client.send("POST", "/v1/txn", body);
  }
}
