package io.kvapp.server.v1;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import io.kvapp.server.http.connection.RawClient.Answer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class KvEndpointTest {
  private static final String NONE_MATCH_ANY = "If-None-Match: *";
  @AutoClose private V1Client client = V1Client.inMemory();

  @Test
  void put_newAndPresent_is201And204() throws IOException {
    Answer created = client.send("PUT", "/v1/kv/city:szeged", "Szeged");
    assertThat(created.status()).isEqualTo(201);
    assertThat(created.body()).isEmpty();
    assertThat(created.header("ETag"))
        .contains("\"" + created.header("KVApp-Revision").orElseThrow() + "\"");
    assertThat(created.header("KVApp-Durability")).contains("os");
    assertThat(created.header("KVApp-Expires-At")).isEmpty();
    assertThat(created.header("X-Request-Id")).isPresent();

    Answer replaced = client.send("PUT", "/v1/kv/city:szeged", "Szeged!");
    assertThat(replaced.status()).isEqualTo(204);
    assertThat(V1Client.revision(replaced)).isGreaterThan(V1Client.revision(created));
    assertThat(client.store().get("city:szeged")).contains("Szeged!");
  }

  @Test
  void put_chunkedOrEmpty_isStored() throws IOException {
    assertThat(
            client
                .call("PUT", "/v1/kv/c", "Transfer-Encoding: chunked", "", "2", "ab", "0")
                .status())
        .isEqualTo(201);
    assertThat(client.store().get("c")).contains("ab");
    assertThat(client.call("PUT", "/v1/kv/e").status()).isEqualTo(201);
    assertThat(client.call("GET", "/v1/kv/e").body()).isEmpty();
  }

  @Test
  void put_encodedBody_is415() throws IOException {
    Answer refused = client.send("PUT", "/v1/kv/a", "x", "Content-Encoding: gzip");
    assertThat(refused.status()).isEqualTo(415);
    assertThat(V1Client.code(refused)).isEqualTo("unsupported-encoding");
    assertThat(client.store().size()).isZero();
  }

  @Test
  void put_sync_saysSo() throws IOException {
    assertThat(client.send("PUT", "/v1/kv/a?sync=true", "x").header("KVApp-Durability"))
        .contains("sync");
    assertThat(client.send("PUT", "/v1/kv/a?sync=false", "x").header("KVApp-Durability"))
        .contains("os");
  }

  @Test
  void get_value_isItsBytesWithHeaders() throws IOException {
    client.store().put("text", "Győr");
    Answer text = client.call("GET", "/v1/kv/text");
    assertThat(text.status()).isEqualTo(200);
    assertThat(text.text()).isEqualTo("Győr");
    assertThat(text.header("Content-Type")).contains("text/plain; charset=utf-8");
    assertThat(text.header("Content-Length")).contains("5");
    assertThat(text.header("ETag")).isPresent();
    assertThat(text.header("X-Content-Type-Options")).contains("nosniff");
    assertThat(text.header("Content-Security-Policy")).contains("sandbox; default-src 'none'");
    assertThat(text.header("Cross-Origin-Resource-Policy")).contains("same-origin");
    assertThat(text.header("Cache-Control")).contains("no-store");
    assertThat(text.header("Accept-Ranges")).contains("none");

    byte[] bytes = new byte[256];
    for (int octet = 0; octet < 256; octet++) {
      bytes[octet] = (byte) octet;
    }
    client.store().put("bytes".getBytes(StandardCharsets.UTF_8), bytes);
    Answer binary = client.call("GET", "/v1/kv/bytes");
    assertThat(binary.body()).isEqualTo(bytes);
    assertThat(binary.header("Content-Type")).contains("application/octet-stream");
  }

  @Test
  void get_typeWanted_isThatType() throws IOException {
    client.store().put("a", "x");
    assertThat(client.call("GET", "/v1/kv/a?type=image/png").header("Content-Type"))
        .contains("image/png");
    assertThat(
            client.call("GET", "/v1/kv/a?type=text/html;%20charset%3Dutf-8").header("Content-Type"))
        .contains("text/html; charset=utf-8");
    for (String wrong :
        new String[] {"", "image", "a/b/c", "a/b%0D%0AX:y", "a/b;q=1", "%C5%91/b"}) {
      assertThat(V1Client.code(client.call("GET", "/v1/kv/a?type=" + wrong)))
          .isEqualTo("bad-parameter");
    }
  }

  @Test
  void head_is_getWithoutBody() throws IOException {
    client.store().put("a", "12345");
    Answer head = client.call("HEAD", "/v1/kv/a");
    assertThat(head.status()).isEqualTo(200);
    assertThat(head.header("Content-Length")).contains("5");
    assertThat(head.header("ETag")).isEqualTo(client.call("GET", "/v1/kv/a").header("ETag"));
    assertThat(client.call("HEAD", "/v1/kv/none").status()).isEqualTo(404);
  }

  @Test
  void get_nothing_is404AsOfARevision() throws IOException {
    long revision = client.store().put("a", "x");
    Answer missing = client.call("GET", "/v1/kv/none");
    assertThat(missing.status()).isEqualTo(404);
    assertThat(missing.header("KVApp-Revision")).contains(Long.toString(revision));
    JsonObject problem = V1Client.json(missing);
    assertThat(problem.keySet()).containsExactly("type", "title", "status", "code", "detail");
    assertThat(problem.get("type").getAsString()).isEqualTo("about:blank");
    assertThat(problem.get("title").getAsString()).isEqualTo("Not Found");
    assertThat(problem.get("status").getAsInt()).isEqualTo(404);
    assertThat(problem.get("code").getAsString()).isEqualTo("not-found");
  }

  /** The path behind {@code /v1/kv/}, the bytes of the key in hexadecimal, the same in a query. */
  @ParameterizedTest
  @CsvSource({
    "a, 61, a",
    "a/b, 612f62, a/b",
    "a%2Fb, 612f62, a%2fb",
    "a//b, 612f2f62, a//b",
    "/a/, 2f612f, %2Fa/",
    ".., 2e2e, ..",
    "a/../b, 612f2e2e2f62, a/../b",
    "%2e%2E/., 2e2e2f2e, %2e%2e/.",
    "a+b, 612b62, a%2Bb",
    "a%20b, 612062, a+b",
    "%2520, 253230, %2520",
    "%252F, 253246, %252F",
    "%FF%00%80, ff0080, %FF%00%80",
    "%C5%91, c591, %c5%91",
    "a;b=c, 613b623d63, a;b=c",
    "a%3Fb%23, 613f6223, a?b%23",
    "%26=%25, 263d25, %26=%25",
    "kv/{key}, 6b762f7b6b65797d, kv/{key}",
    "~!$'()*-_:@[|^\"<>`\\, 7e21242728292a2d5f3a405b7c5e223c3e605c, ~!$'()*-_:@[|^\"<>`\\"
  })
  void key_everyForm_isTheSameBytes(String path, String hex, String query) throws IOException {
    byte[] key = HexFormat.of().parseHex(hex);
    assertThat(client.send("PUT", "/v1/kv/" + path, "1").status()).isEqualTo(201);
    assertThat(client.store().get(key)).contains(new byte[] {'1'});
    assertThat(client.call("GET", "/v1/kv?key=" + query).text()).isEqualTo("1");
    assertThat(client.send("PUT", "/v1/kv?key=" + query, "2").status()).isEqualTo(204);
    assertThat(client.call("GET", "/v1/kv/" + path).text()).isEqualTo("2");
    assertThat(client.call("PATCH", "/v1/kv?ttl=1h&key=" + query).status()).isEqualTo(204);
    assertThat(client.call("POST", "/v1/kv?key=" + query + "&add=3").text()).isEqualTo("5");
    assertThat(client.call("DELETE", "/v1/kv?key=" + query).status()).isEqualTo(204);
    assertThat(client.store().size()).isZero();
  }

  @Test
  void key_4096BytesEncoded_isTaken() throws IOException {
    assertThat(client.send("PUT", "/v1/kv/" + "%FF".repeat(4096), "x").status()).isEqualTo(201);
    byte[] key = new byte[4096];
    Arrays.fill(key, (byte) 0xff);
    assertThat(client.store().get(key)).isPresent();
    assertThat(client.call("GET", "/v1/kv?key=" + "%FF".repeat(4096)).status()).isEqualTo(200);
  }

  @ParameterizedTest
  @ValueSource(strings = {"GET", "HEAD", "PUT", "PATCH", "POST", "DELETE"})
  void key_emptyOrTooLong_is400(String method) throws IOException {
    for (String target :
        new String[] {
          "/v1/kv/",
          "/v1/kv?key=",
          "/v1/kv?key",
          "/v1/kv/" + "a".repeat(4097),
          "/v1/kv?key=" + "%20".repeat(4097),
          "/v1/kv/?ttl=1"
        }) {
      Answer refused = client.call(method, target);
      assertThat(refused.status()).isEqualTo(400);
      if (!method.equals("HEAD")) {
        assertThat(V1Client.code(refused)).isEqualTo("bad-key");
      }
    }
    client.store().put("a", "x");
    assertThat(client.store().size()).isOne();
  }

  @ParameterizedTest
  @ValueSource(strings = {"/v1/kv/a%", "/v1/kv/a%2", "/v1/kv/a%zz", "/v1/kv/\u00f5", "/v1/kv/a#b"})
  void key_malformed_is400(String target) throws IOException {
    Answer refused = client.call("GET", target);
    assertThat(refused.status()).isEqualTo(400);
    assertThat(V1Client.code(refused)).isEqualTo("bad-request");
  }

  @ParameterizedTest
  @CsvSource({
    "GET, /v1/kv/a?ttl=1s",
    "GET, /v1/kv/a?type=a/b&type=a/b",
    "GET, /v1/kv/a?key=b",
    "PUT, /v1/kv/a?tll=30s",
    "PUT, /v1/kv?key=a&key=b",
    "PATCH, /v1/kv/a?ttl=1s&add=1",
    "POST, /v1/kv/a?add=1&ad=1",
    "DELETE, /v1/kv/a?prefix=a",
    "DELETE, /v1/kv?key=a&all=true"
  })
  void parameter_unknownOrTwice_is400AndDoesNothing(String method, String target)
      throws IOException {
    long revision = client.store().put("a", "1");
    Answer refused = client.call(method, target);
    assertThat(refused.status()).isEqualTo(400);
    assertThat(V1Client.code(refused)).isEqualTo("unknown-parameter");
    assertThat(V1Client.json(refused).get("parameter").getAsString()).isNotEmpty();
    assertThat(client.store().entry("a").orElseThrow().revision()).isEqualTo(revision);
  }

  @ParameterizedTest
  @CsvSource({
    "PUT, /v1/kv/a?ttl=0, ttl",
    "PUT, /v1/kv/a?ttl=, ttl",
    "PUT, /v1/kv/a?sync=yes, sync",
    "PATCH, /v1/kv/a, ttl",
    "PATCH, /v1/kv/a?ttl=keep, ttl",
    "POST, /v1/kv/a, add",
    "POST, /v1/kv/a?add=, add",
    "POST, /v1/kv/a?add=1.5, add",
    "POST, /v1/kv/a?add=9223372036854775808, add",
    "POST, /v1/kv/a?add=1&ttl=keep, ttl"
  })
  void parameter_wrongValue_is400(String method, String target, String parameter)
      throws IOException {
    client.store().put("a", "1");
    Answer refused = client.call(method, target);
    assertThat(V1Client.code(refused)).isEqualTo("bad-parameter");
    assertThat(V1Client.json(refused).get("parameter").getAsString()).isEqualTo(parameter);
    assertThat(client.store().get("a")).contains("1");
  }

  @Test
  void ttl_setKeptAndRemoved() throws IOException {
    Answer put = client.send("PUT", "/v1/kv/a?ttl=30m", "1");
    String expiry = put.header("KVApp-Expires-At").orElseThrow();
    assertThat(expiry).matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z");
    assertThat(client.call("GET", "/v1/kv/a").header("KVApp-Expires-At")).contains(expiry);
    assertThat(client.call("HEAD", "/v1/kv/a").header("KVApp-Expires-At")).contains(expiry);
    assertThat(client.send("PUT", "/v1/kv/a?ttl=keep", "2").header("KVApp-Expires-At"))
        .contains(expiry);
    assertThat(client.call("POST", "/v1/kv/a?add=1&ttl=1s").header("KVApp-Expires-At"))
        .contains(expiry);
    assertThat(client.call("PATCH", "/v1/kv/a?ttl=2h").header("KVApp-Expires-At"))
        .isNotEqualTo(expiry)
        .isPresent();
    assertThat(client.call("PATCH", "/v1/kv/a?ttl=none").header("KVApp-Expires-At")).isEmpty();
    client.call("PATCH", "/v1/kv/a?ttl=1h");
    assertThat(client.send("PUT", "/v1/kv/a", "3").header("KVApp-Expires-At")).isEmpty();
    assertThat(client.store().entry("a").orElseThrow().expiresAt()).isEmpty();
  }

  @Test
  void patch_keepsTheValueAndHasANewRevision() throws IOException {
    long before = client.store().put("a", "1");
    Answer patched = client.call("PATCH", "/v1/kv/a?ttl=1h", "If-Match: " + before);
    assertThat(patched.status()).isEqualTo(204);
    assertThat(V1Client.revision(patched)).isGreaterThan(before);
    assertThat(client.store().get("a")).contains("1");
    assertThat(client.call("PATCH", "/v1/kv/a?ttl=1h", "If-Match: " + before).status())
        .isEqualTo(412);
    Answer missing = client.call("PATCH", "/v1/kv/none?ttl=1h");
    assertThat(V1Client.code(missing)).isEqualTo("not-found");
    assertThat(missing.header("KVApp-Revision")).isPresent();
  }

  @Test
  void add_counts() throws IOException {
    Answer first = client.call("POST", "/v1/kv/hits?add=1");
    assertThat(first.status()).isEqualTo(200);
    assertThat(first.text()).isEqualTo("1");
    assertThat(first.header("Content-Type")).contains("text/plain; charset=utf-8");
    assertThat(first.header("ETag")).isPresent();
    assertThat(client.call("POST", "/v1/kv/hits?add=-43").text()).isEqualTo("-42");
    assertThat(client.call("GET", "/v1/kv/hits").text()).isEqualTo("-42");
    assertThat(client.call("POST", "/v1/kv/new?add=1&ttl=1m").header("KVApp-Expires-At"))
        .isPresent();
  }

  @Test
  void add_noNumberOrTooLarge_is422AndChangesNothing() throws IOException {
    client.store().put("text", "x");
    Answer noNumber = client.call("POST", "/v1/kv/text?add=1");
    assertThat(noNumber.status()).isEqualTo(422);
    assertThat(V1Client.code(noNumber)).isEqualTo("not-a-number");
    client.store().put("max", Long.toString(Long.MAX_VALUE));
    Answer overflow = client.call("POST", "/v1/kv/max?add=1");
    assertThat(overflow.status()).isEqualTo(422);
    assertThat(V1Client.code(overflow)).isEqualTo("overflow");
    assertThat(client.store().get("max")).contains(Long.toString(Long.MAX_VALUE));
  }

  @Test
  void delete_withAndWithoutCondition() throws IOException {
    long revision = client.store().put("a", "1");
    assertThat(client.call("DELETE", "/v1/kv/a", "If-Match: " + (revision + 1)).status())
        .isEqualTo(412);
    Answer deleted = client.call("DELETE", "/v1/kv/a", "If-Match: " + revision);
    assertThat(deleted.status()).isEqualTo(204);
    assertThat(Long.parseLong(deleted.header("KVApp-Revision").orElseThrow()))
        .isGreaterThan(revision);
    assertThat(deleted.header("KVApp-Durability")).contains("os");
    Answer again = client.call("DELETE", "/v1/kv/a");
    assertThat(again.status()).isEqualTo(404);
    assertThat(again.header("KVApp-Revision")).isPresent();
    assertThat(client.call("DELETE", "/v1/kv/a", "If-Match: " + revision).status()).isEqualTo(412);
  }

  @Test
  void put_waitingForContinue_isRefusedBeforeTheBody() throws IOException {
    client.store().put("a", "1");
    Answer refused =
        client.call(
            "PUT", "/v1/kv/a", "Expect: 100-continue", NONE_MATCH_ANY, "Content-Length: 1000000");
    assertThat(refused.status()).isEqualTo(412);
  }

  @Test
  void put_valueBeyondTheLimit_is413() throws IOException {
    client.close();
    client =
        new V1Client(
            io.kvapp.KVServer.builder().inMemory().maxValueBytes(1 << 20),
            io.kvapp.server.HttpEndpoint.builder());
    assertThat(client.send("PUT", "/v1/kv/a", "x".repeat(1 << 20)).status()).isEqualTo(201);
    Answer refused = client.send("PUT", "/v1/kv/b", "x".repeat((1 << 20) + 1));
    assertThat(refused.status()).isEqualTo(413);
    assertThat(V1Client.code(refused)).isEqualTo("too-large");
    assertThat(V1Client.json(refused).get("limit").getAsLong()).isEqualTo(1 << 20);
  }

  @ParameterizedTest
  @CsvSource({
    "POST, /v1/count, 405, method-not-allowed",
    "GET, /v1/txn, 405, method-not-allowed",
    "TRACE, /v1/kv/a, 405, method-not-allowed",
    "BREW, /v1/kv/a, 501, unknown-method",
    "GET, /v1/nothing, 404, unknown-path",
    "GET, /v1/kvs, 404, unknown-path"
  })
  void path_orMethodUnknown(String method, String target, int status, String code)
      throws IOException {
    Answer refused = client.call(method, target);
    assertThat(refused.status()).isEqualTo(status);
    assertThat(V1Client.code(refused)).isEqualTo(code);
    assertThat(refused.header("Allow").isPresent()).isEqualTo(status == 405);
  }

  @Test
  void options_saysWhatIsAllowed() throws IOException {
    Answer options = client.call("OPTIONS", "/v1/kv/a");
    assertThat(options.status()).isEqualTo(204);
    assertThat(options.header("Allow")).contains("GET, HEAD, PUT, PATCH, POST, DELETE, OPTIONS");
  }
}
