package io.kvapp.server.v1;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.kvapp.Entry;
import io.kvapp.server.http.message.InMemoryBody;
import io.kvapp.server.json.JsonOutput;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class EntryJsonTest {
  private static final long EXPIRY = Instant.parse("2026-11-27T13:40:00Z").toEpochMilli();

  @Test
  void write_text_isText() throws IOException {
    assertThat(json(new Entry(utf8("city:szeged"), utf8("Szeged!\nő"), 2, EXPIRY), 100))
        .isEqualTo(
            "{\"key\":\"city:szeged\",\"value\":\"Szeged!\\nő\",\"size\":10,\"revision\":2,"
                + "\"expires_at\":\"2026-11-27T13:40:00.000Z\"}");
  }

  @Test
  void write_otherBytes_areBase64() throws IOException {
    assertThat(json(new Entry(new byte[] {(byte) 0xff}, new byte[] {(byte) 0xc3}, 7, 0), 100))
        .isEqualTo("{\"key_base64\":\"/w==\",\"value_base64\":\"ww==\",\"size\":1,\"revision\":7}");
  }

  @Test
  void write_emptyValue_isAnEmptyString() throws IOException {
    assertThat(json(new Entry(utf8("k"), new byte[0], 1L << 52, 0), 0))
        .isEqualTo("{\"key\":\"k\",\"value\":\"\",\"size\":0,\"revision\":4503599627370496}");
  }

  @Test
  void write_valueOverTheLimit_isLeftOut() throws IOException {
    Entry entry = new Entry(utf8("k"), utf8("12345"), 1, 0);
    assertThat(json(entry, 5)).contains("\"value\":\"12345\"");
    assertThat(json(entry, 4)).isEqualTo("{\"key\":\"k\",\"size\":5,\"revision\":1}");
  }

  @Test
  void time_beyondFourDigits_isTheLastOne() throws IOException {
    assertThat(EntryJson.time(Instant.ofEpochMilli(Long.MAX_VALUE)))
        .isEqualTo("9999-12-31T23:59:59.999Z");
    assertThat(EntryJson.time(Instant.EPOCH)).isEqualTo("1970-01-01T00:00:00.000Z");
  }

  @Test
  void write_randomBytes_areReadBack() throws IOException {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    for (int round = 0; round < 500; round++) {
      byte[] bytes = new byte[random.nextInt(40_000)];
      random.nextBytes(bytes);
      JsonObject read =
          JsonParser.parseString(json(new Entry(utf8("k"), bytes, 1, 0), 1 << 20))
              .getAsJsonObject();
      byte[] back =
          read.has("value")
              ? utf8(read.get("value").getAsString())
              : Base64.getDecoder().decode(read.get("value_base64").getAsString());
      assertThat(back).as("seed %d, round %d", seed, round).isEqualTo(bytes);
    }
  }

  private static String json(Entry entry, int maxValueBytes) throws IOException {
    InMemoryBody body = new InMemoryBody();
    EntryJson.write(new JsonOutput(body), entry, maxValueBytes);
    return body.text();
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
