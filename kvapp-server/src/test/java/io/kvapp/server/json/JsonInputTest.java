package io.kvapp.server.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import io.kvapp.server.json.JsonInput.MalformedException;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class JsonInputTest {
  private static final String ALPHABET =
      "{}[]:,\"\\\\u/bnrt0123456789-+.eE \n\t\r#'aftnulsö😀\0\ufeff";

  private static final List<Consumer<JsonInput>> VALUES =
      List.of(
          JsonInput::beginObject,
          JsonInput::beginArray,
          JsonInput::string,
          JsonInput::integer,
          JsonInput::bool);

  /**
   * What gson read: one token after the other, and what a caller can ask for next where the text
   * ends or is malformed; nothing at its end.
   */
  private record Reference(List<Token> tokens, List<Consumer<JsonInput>> questions) {}

  private record Token(Consumer<JsonInput> check) {}

  @Test
  void read_everyKindOfValue() {
    JsonInput input =
        input(" {\"a\" : [1, -20 ,\"x\\n\\ud83d\\ude00ö\",true,[]],\"b\":{} ,\"c\":\"/4A=\"}\n");
    input.beginObject();
    assertThat(input.nextName()).isEqualTo("a");
    input.beginArray();
    assertThat(input.nextElement()).isTrue();
    assertThat(input.integer()).isEqualTo(1);
    assertThat(input.nextElement()).isTrue();
    assertThat(input.integer()).isEqualTo(-20);
    assertThat(input.nextElement()).isTrue();
    assertThat(input.isString()).isTrue();
    assertThat(input.string()).isEqualTo("x\n😀ö".getBytes(StandardCharsets.UTF_8));
    assertThat(input.nextElement()).isTrue();
    assertThat(input.bool()).isTrue();
    assertThat(input.nextElement()).isTrue();
    input.beginArray();
    assertThat(input.nextElement()).isFalse();
    assertThat(input.nextElement()).isFalse();
    assertThat(input.nextName()).isEqualTo("b");
    input.beginObject();
    assertThat(input.nextName()).isNull();
    assertThat(input.nextName()).isEqualTo("c");
    assertThat(input.base64()).isEqualTo(new byte[] {(byte) 0xff, (byte) 0x80});
    assertThat(input.nextName()).isNull();
    input.requireEnd();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"\\ud800\"",
        "\"\\ude00x\"",
        "\"\\ud83d\\u0041\"",
        "\"\\ud83dx\"",
        "\"\\ud83d\\n\"",
        "\"\\x\"",
        "\"\\'\"",
        "\"\\u12g4\"",
        "\"\\u12",
        "\"a",
        "\"a\\\"",
        "\"\t\"",
        "'a'",
        "a",
        "\ufeff\"a\"",
        "// c\n\"a\"",
        "#\n\"a\"",
        "\"a\" \"b\"",
        "\"a\"]",
        ""
      })
  void string_malformed_isRefused(String text) {
    assertThatThrownBy(
            () -> {
              JsonInput input = input(text);
              input.string();
              input.requireEnd();
            })
        .isInstanceOf(MalformedException.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "01",
        "-",
        "-01",
        "+1",
        "1.0",
        "1e3",
        "0x10",
        "NaN",
        "Infinity",
        "9223372036854775808",
        "1 2",
        "\"1\"",
        "null",
        "1a"
      })
  void integer_malformed_isRefused(String text) {
    assertThatThrownBy(
            () -> {
              JsonInput input = input(text);
              input.integer();
              input.requireEnd();
            })
        .isInstanceOf(MalformedException.class);
  }

  @Test
  void members_twice_areRefusedAtEachDepth() {
    JsonInput input = input("{\"a\":{\"a\":1,\"b\":{\"a\":1}},\"b\":2,\n \"\\u0061\":3}");
    input.beginObject();
    input.nextName();
    input.beginObject();
    input.nextName();
    input.integer();
    input.nextName();
    input.beginObject();
    input.nextName();
    input.integer();
    assertThat(input.nextName()).isNull();
    assertThat(input.nextName()).isNull();
    input.nextName();
    input.integer();
    assertThatThrownBy(input::nextName)
        .isInstanceOf(MalformedException.class)
        .hasMessage("the member \"a\" is there twice (line 2, column 10)");
  }

  @Test
  void bytes_notUtf8_areRefused() {
    assertThatThrownBy(() -> new JsonInput(new byte[] {'"', (byte) 0xff, '"'}, 0, 3))
        .isInstanceOf(MalformedException.class)
        .hasMessage("it is not UTF-8");
  }

  @ParameterizedTest
  @ValueSource(strings = {"QQ", "QQ=", "Q Q=", "Q\\nQ=", "_-8=", "QQ==QQ=="})
  void base64_malformed_isRefused(String text) {
    assertThatThrownBy(input('"' + text + '"')::base64).isInstanceOf(MalformedException.class);
  }

  @Test
  void read_randomDamage_agreesWithGson() throws IOException {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    String[] samples = {
      "{\"if\":[{\"key\":\"a\",\"revision\":41},{\"key\":\"b\",\"exists\":false}],\"then\":[]}",
      "[1,[2,{\"x\":\"\\u00e9\\n\\ud83d\\ude00\",\"y\":true}],-9]",
      " { \"key\" : \"ö😀\" , \"ttl\" : \"30s\" } "
    };
    for (int round = 0; round < 60_000; round++) {
      StringBuilder text = new StringBuilder(samples[random.nextInt(samples.length)]);
      for (int changes = random.nextInt(3); changes >= 0; changes--) {
        damage(text, random);
      }
      String damaged = wellFormed(text.toString());
      requireAgreement(damaged, "seed %d, round %d: %s".formatted(seed, round, damaged));
    }
  }

  private static void damage(StringBuilder text, Random random) {
    int at = random.nextInt(text.length() + 1);
    int point = ALPHABET.codePointAt(ALPHABET.offsetByCodePoints(0, random.nextInt(40)));
    switch (random.nextInt(4)) {
      case 0 -> text.setLength(at);
      case 1 -> text.insert(at, Character.toString(point));
      case 2 -> {
        if (at < text.length()) {
          text.deleteCharAt(at);
        }
      }
      default -> {
        if (at < text.length()) {
          text.replace(at, at + 1, Character.toString(point));
        }
      }
    }
    if (text.isEmpty()) {
      text.append('[');
    }
  }

  private static String wellFormed(String text) {
    return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
  }

  private static void requireAgreement(String text, String description) throws IOException {
    Reference reference = readByGson(text);
    int agreed = replay(reference, text);
    if (reference.questions().isEmpty()) {
      assertThat(agreed).as(description).isEqualTo(reference.tokens().size());
    } else if (agreed == reference.tokens().size()) {
      for (Consumer<JsonInput> question : reference.questions()) {
        JsonInput input = input(text);
        reference.tokens().forEach(token -> token.check().accept(input));
        assertThatThrownBy(() -> question.accept(input), description)
            .isInstanceOf(MalformedException.class);
      }
    }
  }

  /** How many tokens are read alike before the text is refused. */
  private static int replay(Reference reference, String text) {
    int agreed = 0;
    try {
      JsonInput input = input(text);
      for (Token token : reference.tokens()) {
        token.check().accept(input);
        agreed++;
      }
    } catch (MalformedException refused) {
      return agreed;
    }
    return agreed;
  }

  private static Reference readByGson(String text) throws IOException {
    List<Token> tokens = new ArrayList<>();
    Deque<List<String>> open = new ArrayDeque<>();
    List<Consumer<JsonInput>> questions = VALUES;
    if (text.startsWith("\ufeff")) {
      return new Reference(tokens, VALUES);
    }
    try (JsonReader reader = new JsonReader(new StringReader(text))) {
      reader.setStrictness(Strictness.STRICT);
      do {
        JsonToken next = reader.peek();
        if (open.peek() instanceof OpenArray && next != JsonToken.END_ARRAY) {
          tokens.add(new Token(input -> assertThat(input.nextElement()).isTrue()));
          questions = VALUES;
        }
        if (!read(reader, next, tokens, open)) {
          return new Reference(tokens, questions);
        }
        questions = questions(open, next);
      } while (!open.isEmpty());
      if (reader.peek() != JsonToken.END_DOCUMENT) {
        return new Reference(tokens, questions);
      }
      tokens.add(new Token(JsonInput::requireEnd));
      return new Reference(tokens, List.of());
    } catch (IOException | NumberFormatException malformed) {
      return new Reference(tokens, questions);
    }
  }

  private static List<Consumer<JsonInput>> questions(Deque<List<String>> open, JsonToken last) {
    if (open.isEmpty()) {
      return List.of(JsonInput::requireEnd);
    }
    if (open.peek() instanceof OpenArray) {
      return VALUES.stream()
          .<Consumer<JsonInput>>map(
              value ->
                  input -> {
                    if (input.nextElement()) {
                      value.accept(input);
                    }
                  })
          .toList();
    }
    return last == JsonToken.NAME ? VALUES : List.of(JsonInput::nextName);
  }

  /** Marks an open array among the lists of the names of open objects. */
  private static final class OpenArray extends ArrayList<String> {}

  /** Reads a token; returns false where only gson takes it. */
  private static boolean read(
      JsonReader reader, JsonToken next, List<Token> tokens, Deque<List<String>> open)
      throws IOException {
    switch (next) {
      case BEGIN_OBJECT -> {
        reader.beginObject();
        open.push(new ArrayList<>());
        tokens.add(new Token(JsonInput::beginObject));
      }
      case END_OBJECT -> {
        reader.endObject();
        open.pop();
        tokens.add(new Token(input -> assertThat(input.nextName()).isNull()));
      }
      case BEGIN_ARRAY -> {
        reader.beginArray();
        open.push(new OpenArray());
        tokens.add(new Token(JsonInput::beginArray));
      }
      case END_ARRAY -> {
        reader.endArray();
        open.pop();
        tokens.add(new Token(input -> assertThat(input.nextElement()).isFalse()));
      }
      case NAME -> {
        String name = reader.nextName();
        if (isLone(name) || open.element().contains(name)) {
          return false;
        }
        open.element().add(name);
        tokens.add(new Token(input -> assertThat(input.nextName()).isEqualTo(name)));
      }
      case STRING -> {
        String string = reader.nextString();
        if (isLone(string)) {
          return false;
        }
        byte[] utf8 = string.getBytes(StandardCharsets.UTF_8);
        tokens.add(new Token(input -> assertThat(input.string()).isEqualTo(utf8)));
      }
      case NUMBER -> {
        String number = reader.nextString();
        if (!number.matches("-?\\d+")) {
          return false;
        }
        long value = Long.parseLong(number);
        tokens.add(new Token(input -> assertThat(input.integer()).isEqualTo(value)));
      }
      case BOOLEAN -> {
        boolean value = reader.nextBoolean();
        tokens.add(new Token(input -> assertThat(input.bool()).isEqualTo(value)));
      }
      default -> {
        return false;
      }
    }
    return true;
  }

  private static boolean isLone(String text) {
    return !wellFormed(text).equals(text);
  }

  private static JsonInput input(String text) {
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    return new JsonInput(utf8, 0, utf8.length);
  }
}
