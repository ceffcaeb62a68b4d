package io.kvapp.server.v1;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.kvapp.server.http.message.HttpException;
import java.io.ByteArrayOutputStream;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class ParametersTest {
  private static final List<String> KNOWN = List.of("a", "b", "ttl");

  @Test
  void of_nothing_hasNone() {
    assertThat(Parameters.of("", KNOWN).bytes("a")).isEmpty();
    assertThat(Parameters.of("&&", KNOWN).bytes("a")).isEmpty();
  }

  @Test
  void of_encoded_isDecodedOnce() {
    Parameters parameters = Parameters.of("a=x+y%2B%252F%ff&b&%74tl=", KNOWN);
    assertThat(parameters.bytes("a").orElseThrow()).isEqualTo(latin1("x y+%2F\u00ff"));
    assertThat(parameters.text("b")).contains("");
    assertThat(parameters.text("ttl")).contains("");
  }

  @Test
  void of_randomQueries_agreesWithTheJdk() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    String signs = "abc+=.~/?:@!$'()*,;-_0123456789";
    for (int round = 0; round < 20_000; round++) {
      ByteArrayOutputStream value = new ByteArrayOutputStream();
      StringBuilder encoded = new StringBuilder();
      for (int count = random.nextInt(20); count > 0; count--) {
        int octet = random.nextInt(256);
        if (random.nextInt(3) > 0) {
          octet = signs.charAt(random.nextInt(signs.length()));
          encoded.append((char) octet);
        } else {
          encoded.append(("%%%02" + (random.nextBoolean() ? "x" : "X")).formatted(octet));
        }
        value.write(octet == '+' && encoded.charAt(encoded.length() - 1) == '+' ? ' ' : octet);
      }
      byte[] read = Parameters.of("a=" + encoded, KNOWN).bytes("a").orElseThrow();
      assertThat(read)
          .as("seed %d, round %d: %s", seed, round, encoded)
          .isEqualTo(value.toByteArray())
          .isEqualTo(latin1(URLDecoder.decode(encoded.toString(), StandardCharsets.ISO_8859_1)));
    }
  }

  @Test
  void of_unknownOrTwice_isRefused() {
    HttpException unknown = refusal(() -> Parameters.of("a=1&tll=30s", KNOWN));
    assertThat(unknown.status()).isEqualTo(400);
    assertThat(unknown.code()).isEqualTo("unknown-parameter");
    assertThat(unknown.members()).containsEntry("parameter", "tll");
    assertThat(unknown).hasMessageContaining("known are a, b, ttl");

    HttpException twice = refusal(() -> Parameters.of("a=1&a=1", KNOWN));
    assertThat(twice.code()).isEqualTo("unknown-parameter");
    assertThat(twice.members()).containsEntry("parameter", "a");
    assertThatThrownBy(() -> Parameters.of("a=1&%61=1", KNOWN)).hasMessage("a is given twice");
  }

  @Test
  void of_repeatable_hasAllInOrder() {
    Parameters parameters = Parameters.of("key=1&a=2&key=&key=%00", KNOWN, List.of("key"));
    assertThat(parameters.all("key"))
        .containsExactly(new byte[] {'1'}, new byte[] {}, new byte[] {0});
  }

  @ParameterizedTest
  @CsvSource({
    "1,1000",
    "30s,30000",
    "5ms,5",
    "15m,900000",
    "2h,7200000",
    "7d,604800000",
    "007,7000",
    "365000d,31536000000000"
  })
  void duration_valid(String text, long millis) {
    assertThat(Parameters.of("ttl=" + text, KNOWN).duration("ttl"))
        .contains(Duration.ofMillis(millis));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "0",
        "0s",
        "-1",
        "%2b1",
        "1.5s",
        "s",
        "1S",
        "1 s",
        "1w",
        "1us",
        "365001d",
        "99999999999999999999",
        "9999999999999999d",
        "٣s",
        "keep"
      })
  void duration_invalid_isRefused(String text) {
    HttpException bad =
        refusal(() -> Parameters.of("ttl=" + text.replace(' ', '+'), KNOWN).duration("ttl"));
    assertThat(bad.code()).isEqualTo("bad-parameter");
    assertThat(bad.members()).containsEntry("parameter", "ttl");
  }

  @Test
  void flag_onlyTrueOrFalse() {
    assertThat(Parameters.of("", KNOWN).flag("a")).isFalse();
    assertThat(Parameters.of("a=true", KNOWN).flag("a")).isTrue();
    assertThat(Parameters.of("a=false", KNOWN).flag("a")).isFalse();
    for (String wrong : List.of("", "1", "True", "yes")) {
      assertThat(refusal(() -> Parameters.of("a=" + wrong, KNOWN).flag("a")).code())
          .isEqualTo("bad-parameter");
    }
  }

  @Test
  void integer_onlyWithinItsRange() {
    assertThat(Parameters.of("", KNOWN).integer("a", 100, 1, 10_000)).isEqualTo(100);
    assertThat(Parameters.of("a=10000", KNOWN).integer("a", 100, 1, 10_000)).isEqualTo(10_000);
    assertThat(
            Parameters.of("a=-9223372036854775808", KNOWN)
                .integer("a", 0, Long.MIN_VALUE, Long.MAX_VALUE))
        .isEqualTo(Long.MIN_VALUE);
    for (String wrong :
        List.of("", "-", "0", "10001", "%2B5", "5.0", "0x10", "9223372036854775808", "%D9%A5")) {
      assertThat(refusal(() -> Parameters.of("a=" + wrong, KNOWN).integer("a", 1, 1, 10_000)))
          .as(wrong)
          .hasMessage("a: an integer from 1 to 10000");
    }
  }

  private static HttpException refusal(org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
    return catchThrowableOfType(HttpException.class, call);
  }

  private static byte[] latin1(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }
}
