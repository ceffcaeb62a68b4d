package io.kvapp.server.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kvapp.KVException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import javax.crypto.SecretKey;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SigningKeysTest {
  private static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");
  private static final String KEY = "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWY=";
  private static final String OTHER_KEY = "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWg=";

  @ParameterizedTest
  @ValueSource(
      strings = {
        KEY,
        KEY + "\n",
        "  " + KEY + "\r\n\r\n",
        "# of the cluster\n" + KEY,
        "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWY"
      })
  void parse_oneKey_signsAndVerifies(String text) {
    SigningKeys keys = SigningKeys.parse("test", text);

    assertThat(keys.signing().getEncoded()).isEqualTo(Base64.getDecoder().decode(KEY));
    assertThat(secrets(keys.verifying(NOW))).containsExactly(keys.signing());
  }

  @Test
  void parse_urlSafeAlphabet_isBase64Too() {
    String text = "-_-_".repeat(11);

    assertThat(SigningKeys.parse("test", text).signing().getEncoded())
        .isEqualTo(Base64.getUrlDecoder().decode(text));
  }

  @ParameterizedTest
  @ValueSource(strings = {KEY + "\n" + OTHER_KEY, KEY + "," + OTHER_KEY, KEY + "\r\n" + OTHER_KEY})
  void parse_twoKeys_theFirstSignsAndBothVerify(String text) {
    SigningKeys keys = SigningKeys.parse("test", text);

    assertThat(keys.signing().getEncoded()).isEqualTo(Base64.getDecoder().decode(KEY));
    assertThat(keys.verifying(NOW)).hasSize(2);
  }

  @Test
  void parse_keyWithAnEnd_verifiesUntilThen() {
    SigningKeys keys = SigningKeys.parse("test", KEY + "\n" + OTHER_KEY + " until " + NOW);

    assertThat(keys.verifying(NOW.minusMillis(1))).hasSize(2);
    assertThat(keys.verifying(NOW)).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "# nothing",
        "c2hvcnQ=",
        "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZQ==",
        "secret key with words in it",
        "!" + KEY,
        KEY + " until tomorrow",
        KEY + " from 2026-01-02T03:04:05Z",
        KEY + " until 2026-01-02T03:04:05Z",
        KEY + "\nshort"
      })
  void parse_unusableText_isRefusedWithoutQuotingIt(String text) {
    assertThatThrownBy(() -> SigningKeys.parse("signing key file f", text))
        .isInstanceOf(KVException.class)
        .hasMessageStartingWith("signing key file f has ")
        .hasMessageEndingWith("openssl rand -base64 32")
        .hasNoCause()
        .message()
        .doesNotContain("QUJD", "secret", "short,", "tomorrow");
  }

  @Test
  void parse_tooManyKeys_isRefused() {
    String text = String.join("\n", Collections.nCopies(9, KEY));

    assertThatThrownBy(() -> SigningKeys.parse("test", text)).isInstanceOf(KVException.class);
  }

  @Test
  void rotated_keys_keepTheOldOneForAWhile() {
    SigningKeys first = SigningKeys.parse("test", KEY);
    SigningKeys second = roundTrip(first.rotated(NOW, NOW.plusSeconds(60)));
    SigningKeys third = roundTrip(second.rotated(NOW.plusSeconds(50), NOW.plusSeconds(110)));

    assertThat(secrets(second.verifying(NOW)))
        .containsExactly(second.signing(), first.signing())
        .doesNotHaveDuplicates();
    assertThat(secrets(third.verifying(NOW.plusSeconds(59))))
        .containsExactly(third.signing(), second.signing(), first.signing());
    assertThat(secrets(third.verifying(NOW.plusSeconds(60))))
        .containsExactly(third.signing(), second.signing());
    assertThat(secrets(third.verifying(NOW.plusSeconds(110)))).containsExactly(third.signing());
  }

  @Test
  void rotated_overAndOver_staysUsable() {
    SigningKeys keys = SigningKeys.random();
    for (int rotation = 0; rotation < 20; rotation++) {
      keys = roundTrip(keys.rotated(NOW, NOW.plusSeconds(60)));
    }
    assertThat(keys.verifying(NOW)).hasSize(8);
  }

  private static SigningKeys roundTrip(SigningKeys keys) {
    return SigningKeys.parse("test", new String(keys.format(), StandardCharsets.US_ASCII));
  }

  private static List<SecretKey> secrets(List<SigningKeys.Key> keys) {
    return keys.stream().map(SigningKeys.Key::secret).toList();
  }
}
