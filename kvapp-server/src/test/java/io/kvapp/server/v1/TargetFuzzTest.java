package io.kvapp.server.v1;

import static org.assertj.core.api.Assertions.assertThat;

import io.kvapp.Entry;
import io.kvapp.Scan;
import io.kvapp.server.http.connection.RawClient;
import io.kvapp.server.http.connection.RawClient.Answer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/**
 * Random request targets, whole and broken: the server reads the key and the parameters that a
 * second reader finds in them, which is written as plainly as can be, and writes to that key alone.
 * {@code -Dkvapp.rounds} says how many, {@code -Dkvapp.seed} repeats a run.
 */
final class TargetFuzzTest {
  private static final int ROUNDS = Integer.getInteger("kvapp.rounds", 3_000);
  private static final String HEX = "0123456789abcdefABCDEF";

  /** What may stand in a target as it is, besides the percent sign; a path ends at {@code ?}. */
  private static final String PLAIN =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~!$&'()*+,;=:@/"
          + "\"<>[\\]^`{|}";

  /** Longer ones are beyond the limit of a request line. */
  private static final int MAX_TARGET = 16_000;

  private static final List<String> TTLS =
      List.of("none", "keep", "1h", "3000", "0", "", "1w", "-1");
  private static final List<String> FLAGS = List.of("true", "false", "", "1", "TRUE");

  /** What a target asks for: a key to write, or else the code of its refusal. */
  private record Asked(byte[] key, String code) {}

  private record Parameter(String name, byte[] value) {}

  private final Random random;
  private final long seed = Long.getLong("kvapp.seed", System.nanoTime());
  private final Map<String, String> expected = new TreeMap<>();

  TargetFuzzTest() {
    random = new Random(seed);
  }

  @Test
  void targets_random_areReadAsByTheSecondReader() throws IOException {
    int written = 0;
    try (V1Client server = new V1Client()) {
      RawClient client = new RawClient(server.port());
      for (int round = 0; round < ROUNDS; round++) {
        String target = target();
        while (target.length() > MAX_TARGET) {
          target = target();
        }
        Asked asked = read(target);
        String value = Integer.toString(round);
        Answer answer =
            client
                .send(
                    "PUT "
                        + target
                        + " HTTP/1.1\r\nHost: localhost\r\nContent-Length: "
                        + value.length()
                        + "\r\n\r\n"
                        + value)
                .read();
        String what = "seed %d, round %d: %s".formatted(seed, round, target);
        if (asked.code == null) {
          boolean isNew = expected.put(HexFormat.of().formatHex(asked.key), value) == null;
          assertThat(answer.status()).as(what).isEqualTo(isNew ? 201 : 204);
          written++;
        } else {
          assertThat(answer.status()).as(what).isEqualTo(400);
          assertThat(V1Client.code(answer)).as(what).isEqualTo(asked.code);
        }
        if (answer.header("Connection").filter("close"::equals).isPresent()) {
          client.close();
          client = new RawClient(server.port());
        }
      }
      client.close();
      Map<String, String> stored = new TreeMap<>();
      for (Entry entry : server.store().entries(Scan.all()).toList()) {
        stored.put(HexFormat.of().formatHex(entry.key()), entry.valueString());
      }
      assertThat(stored).as("seed %d", seed).isEqualTo(expected);
      assertThat(written).isBetween(ROUNDS / 10, ROUNDS);
    }
  }

  private String target() {
    StringBuilder target = new StringBuilder("/").append(word("v1")).append('/');
    target.append(word("kv"));
    boolean inPath = random.nextBoolean();
    if (inPath) {
      target.append('/').append(text(true));
    }
    if (!inPath || random.nextInt(3) == 0) {
      target.append('?');
      for (int count = random.nextInt(4); count > 0; count--) {
        target.append(parameter(inPath)).append(random.nextInt(8) == 0 ? "&&" : "&");
      }
      target.append(parameter(inPath));
    }
    return target.toString();
  }

  private String parameter(boolean inPath) {
    return switch (random.nextInt(inPath ? 6 : 10)) {
      case 0 -> word("ttl") + "=" + TTLS.get(random.nextInt(TTLS.size()));
      case 1 -> word("sync") + "=" + FLAGS.get(random.nextInt(FLAGS.size()));
      case 2 -> random.nextBoolean() ? "" : text(false) + "=" + text(false);
      case 3 -> random.nextBoolean() ? word("sync") + "=false" : word("ttl");
      case 4 -> word("ttl") + "=" + word("1h");
      case 5 -> "";
      default -> word("key") + (random.nextInt(10) == 0 ? "" : "=" + text(false));
    };
  }

  /** A word of which some letters are encoded. */
  private String word(String plain) {
    StringBuilder word = new StringBuilder();
    for (char letter : plain.toCharArray()) {
      word.append(random.nextInt(6) == 0 ? encoded(letter) : letter);
    }
    return word.toString();
  }

  /** Anything, mostly well-formed, now and then of a length about the limit of keys. */
  private String text(boolean isPath) {
    StringBuilder text = new StringBuilder();
    int length = random.nextInt(50) == 0 ? 4_090 + random.nextInt(10) : random.nextInt(12);
    for (int count = length; count > 0; count--) {
      int kind = random.nextInt(length > 100 ? 400_000 : 200);
      if (kind == 0) {
        text.append('%').append(HEX.charAt(random.nextInt(HEX.length())));
      } else if (kind == 1) {
        text.append((char) (0x80 + random.nextInt(0x80)));
      } else if (kind == 2) {
        text.append('#');
      } else if (kind % 3 == 0) {
        text.append(encoded((char) random.nextInt(256)));
      } else {
        char plain = PLAIN.charAt(random.nextInt(PLAIN.length()));
        text.append(isPath || "&=".indexOf(plain) < 0 ? plain : '.');
      }
    }
    return text.toString();
  }

  private String encoded(char octet) {
    return (random.nextBoolean() ? "%%%02x" : "%%%02X").formatted((int) octet);
  }

  /** The second reader. */
  private static Asked read(String target) {
    for (int at = 0; at < target.length(); at++) {
      char each = target.charAt(at);
      boolean isBroken =
          each == '%'
              ? at + 2 >= target.length()
                  || HEX.indexOf(target.charAt(at + 1)) < 0
                  || HEX.indexOf(target.charAt(at + 2)) < 0
              : each != '?' && PLAIN.indexOf(each) < 0;
      if (isBroken) {
        return new Asked(null, "bad-request");
      }
    }
    int question = target.indexOf('?');
    String path = question < 0 ? target : target.substring(0, question);
    // The path has a third slash where a key is in it.
    int slash = path.indexOf('/', path.indexOf('/', 1) + 1);
    List<Parameter> parameters = new ArrayList<>();
    for (String each : (question < 0 ? "" : target.substring(question + 1)).split("&")) {
      if (!each.isEmpty()) {
        int equals = each.indexOf('=');
        String name = equals < 0 ? each : each.substring(0, equals);
        String value = equals < 0 ? "" : each.substring(equals + 1);
        byte[] decodedName = decoded(name.replace('+', ' '));
        parameters.add(
            new Parameter(
                new String(decodedName, StandardCharsets.UTF_8), decoded(value.replace('+', ' '))));
      }
    }
    byte[] key = slash < 0 ? first(parameters, "key") : decoded(path.substring(slash + 1));
    if (key.length == 0 || key.length > 4_096) {
      return new Asked(null, "bad-key");
    }
    List<String> known = new ArrayList<>(List.of("ttl", "sync"));
    if (slash < 0) {
      known.add("key");
    }
    for (Parameter each : parameters) {
      // One that is given twice is not known the second time.
      if (!known.remove(each.name)) {
        return new Asked(null, "unknown-parameter");
      }
    }
    boolean isFit =
        (known.contains("ttl") || isTtl(latin1(first(parameters, "ttl"))))
            && (known.contains("sync") || isFlag(latin1(first(parameters, "sync"))));
    return isFit ? new Asked(key, null) : new Asked(null, "bad-parameter");
  }

  private static boolean isTtl(String text) {
    return List.of("none", "keep", "1h", "3000").contains(text);
  }

  private static boolean isFlag(String text) {
    return text.equals("true") || text.equals("false");
  }

  private static byte[] first(List<Parameter> parameters, String name) {
    for (Parameter each : parameters) {
      if (each.name.equals(name)) {
        return each.value;
      }
    }
    return new byte[0];
  }

  private static byte[] decoded(String text) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (int at = 0; at < text.length(); at++) {
      if (text.charAt(at) == '%') {
        bytes.write(Integer.parseInt(text.substring(at + 1, at + 3), 16));
        at += 2;
      } else {
        bytes.write(text.charAt(at));
      }
    }
    return bytes.toByteArray();
  }

  private static String latin1(byte[] bytes) {
    return new String(bytes, StandardCharsets.ISO_8859_1);
  }
}
