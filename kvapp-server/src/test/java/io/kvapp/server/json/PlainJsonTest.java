package io.kvapp.server.json;

import static org.assertj.core.api.Assertions.assertThat;

import io.kvapp.server.http.message.HttpException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class PlainJsonTest {
  private static final String[] PARTS = {
    "{",
    "}",
    "{\"",
    "\":\"",
    "\",\"",
    "\"}",
    "\"",
    ":",
    ",",
    " ",
    "\n",
    "\t",
    "\r",
    "\u000b",
    "key",
    "value",
    "prefix",
    "user",
    "password",
    "Key",
    "x",
    "\u00e9",
    "\ud83d\ude00",
    "\u2028",
    "\\n",
    "\\u0041",
    "\\ud800",
    "\\",
    "\u0000",
    "\u001f",
    "\u007f",
    "1",
    "null",
    "true",
    "[",
    "]",
    "{}",
    "\"key\"",
    "\"value\"",
    "\"\"",
    "/",
    "'"
  };

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"key\":\"k\",\"value\":\"v\"}",
        "{\"value\":\"v\",\"key\":\"k\"}",
        " {\t\"key\" :\r\n\"\" , \"value\":\"\u00e9\ud83d\ude00\" } ",
        "{\"prefix\":\"p\"}",
        "{\"key\":\"/\u007f\u2028'\"}"
      })
  void read_plainObject_isRead(String text) {
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    assertThat(PlainJson.read(utf8, 0, utf8.length)).isNotNull();
    assertThat(outcome(utf8, true)).isEqualTo(outcome(utf8, false));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "{}",
        "[]",
        "{\"key\":\"a\\n\"}",
        "{\"key\":\"a\",\"key\":\"b\"}",
        "{\"key\":1}",
        "{\"other\":\"a\"}",
        "{\"key\":\"a\",}",
        "{\"key\":\"a\"}x",
        "{\"key\":\"a\"",
        "{\"key\":\"a",
        "{\"key\":\"a\" \"value\":\"b\"}",
        "{'key':'a'}",
        "{\"key\":\"\u0001\"}",
        "{\"key\":\"a\",\"value\":\"b\",\"prefix\":\"c\"}",
        "\ufeff{\"key\":\"a\"}"
      })
  void read_anythingElse_isLeftToTheWholeReader(String text) {
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    assertThat(PlainJson.read(utf8, 0, utf8.length)).isNull();
  }

  @Test
  void read_randomText_hasTheSameOutcomeAsTheWholeReader() {
    long seed = System.nanoTime();
    System.out.println("PlainJsonTest: seed " + seed);
    Random random = new Random(seed);
    int plain = 0;
    for (int count = 0; count < 100_000; count++) {
      byte[] utf8 = text(random).getBytes(StandardCharsets.UTF_8);
      if (utf8.length > 0) {
        assertThat(outcome(utf8, true)).isEqualTo(outcome(utf8, false));
        plain += PlainJson.read(utf8, 0, utf8.length) == null ? 0 : 1;
      }
    }
    assertThat(plain).isGreaterThan(1_000);
  }

  /** A plain object with some parts put in, taken out or put in the place of others. */
  private static String text(Random random) {
    StringBuilder text = new StringBuilder("{\"key\":\"k\",\"value\":\"v\"}");
    if (random.nextInt(3) == 0) {
      text = new StringBuilder("{ \"prefix\" : \"p\" }");
    }
    for (int changes = random.nextInt(4); changes > 0; changes--) {
      int from = random.nextInt(text.length() + 1);
      int to = Math.min(text.length(), from + random.nextInt(4));
      text.replace(from, to, random.nextInt(4) == 0 ? "" : PARTS[random.nextInt(PARTS.length)]);
    }
    return text.toString();
  }

  private static String outcome(byte[] utf8, boolean plainFirst) {
    try {
      JsonMembers members =
          plainFirst
              ? JsonMembers.read(ByteBuffer.wrap(utf8))
              : JsonMembers.readAny(utf8, 0, utf8.length);
      StringBuilder outcome = new StringBuilder();
      for (String name : new String[] {"key", "value", "prefix", "user", "password"}) {
        if (members.isOnly(name) || members.areOnly(name, other(members, name))) {
          outcome.append(name).append('=').append(text(members, name)).append('|');
        }
      }
      return outcome.toString();
    } catch (HttpException exception) {
      return exception.getMessage();
    }
  }

  private static String other(JsonMembers members, String name) {
    for (String other : new String[] {"key", "value", "prefix", "user", "password"}) {
      if (!other.equals(name) && members.areOnly(name, other)) {
        return other;
      }
    }
    return name;
  }

  private static String text(JsonMembers members, String name) {
    try {
      return new String(members.utf8(name), StandardCharsets.UTF_8);
    } catch (HttpException notAString) {
      return notAString.getMessage();
    }
  }
}
