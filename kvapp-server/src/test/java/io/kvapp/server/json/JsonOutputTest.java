package io.kvapp.server.json;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonParser;
import io.kvapp.server.http.message.InMemoryBody;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class JsonOutputTest {
  @Test
  void string_plainText_isQuoted() throws IOException {
    assertThat(json("árvíztűrő 😀 </script>")).isEqualTo("\"árvíztűrő 😀 </script>\"");
  }

  @Test
  void string_specialCharacters_areEscaped() throws IOException {
    assertThat(json("\"\\\n\r\t\0\u001f")).isEqualTo("\"\\\"\\\\\\n\\r\\t\\u0000\\u001f\"");
  }

  @Test
  void string_bytesThatAreNotUtf8_areReplacedAsByJava() throws IOException {
    byte[] bytes = {'a', (byte) 0xff, (byte) 0xe2, (byte) 0x82, 'b'};
    assertThat(json(bytes)).isEqualTo("\"" + new String(bytes, StandardCharsets.UTF_8) + "\"");
  }

  @Test
  void string_randomText_isReadBackByGson() throws IOException {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    for (int round = 0; round < 2_000; round++) {
      StringBuilder text = new StringBuilder();
      for (int count = random.nextInt(40); count > 0; count--) {
        int point = random.nextInt(4) == 0 ? random.nextInt(0x80) : random.nextInt(0x110000);
        text.appendCodePoint(point >= 0xd800 && point < 0xe000 ? '"' : point);
      }
      assertThat(JsonParser.parseString(json(text.toString())).getAsString())
          .as("seed %d, round %d", seed, round)
          .isEqualTo(text.toString());
    }
  }

  private static String json(String text) throws IOException {
    return json(text.getBytes(StandardCharsets.UTF_8));
  }

  private static String json(byte[] utf8) throws IOException {
    InMemoryBody output = new InMemoryBody();
    new JsonOutput(output).string(utf8);
    return output.text();
  }
}
