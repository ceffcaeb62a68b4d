package io.kvapp.server.auth.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kvapp.KVException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
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
  private static final Duration MINUTE = Duration.ofMinutes(1);
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
    assertThat(secrets(keys.verifying(NOW, MINUTE))).containsExactly(keys.signing());
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
    assertThat(keys.verifying(NOW, MINUTE)).hasSize(2);
  }

  @Test
  void parse_replacedKey_verifiesForTheLifetimeOfATokenAndTheSkew() {
    SigningKeys keys = SigningKeys.parse("test", KEY + "\n" + OTHER_KEY + " replaced " + NOW);

    assertThat(keys.verifying(NOW.plusSeconds(89), MINUTE)).hasSize(2);
    assertThat(keys.verifying(NOW.plusSeconds(90), MINUTE)).hasSize(1);
    assertThat(keys.verifying(NOW.plusSeconds(90), Duration.ofHours(8))).hasSize(2);
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
        KEY + " replaced tomorrow",
        KEY + " until 2026-01-02T03:04:05Z",
        KEY + " replaced 2026-01-02T03:04:05Z",
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
    String text = String.join("\n", Collections.nCopies(65, KEY));

    assertThatThrownBy(() -> SigningKeys.parse("test", text)).isInstanceOf(KVException.class);
  }

  @Test
  void rotated_keys_keepTheOldOneForAWhile() {
    SigningKeys first = SigningKeys.parse("test", KEY);
    SigningKeys second = rotated(first, NOW);
    SigningKeys third = rotated(second, NOW.plusSeconds(50));
    SigningKeys fourth = rotated(third, NOW.plusSeconds(90));

    assertThat(secrets(second.verifying(NOW, MINUTE)))
        .containsExactly(second.signing(), first.signing())
        .doesNotHaveDuplicates();
    assertThat(secrets(third.verifying(NOW.plusSeconds(89), MINUTE)))
        .containsExactly(third.signing(), second.signing(), first.signing());
    assertThat(secrets(third.verifying(NOW.plusSeconds(90), MINUTE)))
        .containsExactly(third.signing(), second.signing());
    assertThat(secrets(third.verifying(NOW.plusSeconds(140), MINUTE)))
        .containsExactly(third.signing());
    assertThat(secrets(fourth.verifying(NOW, MINUTE)))
        .containsExactly(fourth.signing(), third.signing(), second.signing());
  }

  @Test
  void rotated_overAndOver_isRefusedBeforeAKeyInUseIsLost() {
    SigningKeys keys = SigningKeys.random();
    for (int rotation = 1; rotation < 64; rotation++) {
      keys = rotated(keys, NOW);
    }

    assertThat(keys.verifying(NOW, MINUTE)).hasSize(64);
    assertThat(keys.rotated(NOW, MINUTE)).isEmpty();
    assertThat(keys.rotated(NOW.plusSeconds(90), MINUTE)).isPresent();
  }

  private static SigningKeys rotated(SigningKeys keys, Instant now) {
    return roundTrip(keys.rotated(now, MINUTE).orElseThrow());
  }

  private static SigningKeys roundTrip(SigningKeys keys) {
    return SigningKeys.parse("test", new String(keys.format(), StandardCharsets.US_ASCII));
  }

  private static List<SecretKey> secrets(List<SigningKeys.Key> keys) {
    return keys.stream().map(SigningKeys.Key::secret).toList();
  }
}
