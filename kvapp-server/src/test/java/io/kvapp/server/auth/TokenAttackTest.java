package io.kvapp.server.auth;

import static org.assertj.core.api.Assertions.assertThat;

import io.kvapp.server.auth.token.SigningKeys;
import io.kvapp.server.auth.token.TokenFormat;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import javax.crypto.Mac;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Forged tokens; none is accepted, and none fails in an unforeseen way. */
class TokenAttackTest {
  private static final String HEADER = "{\"alg\":\"HS256\",\"typ\":\"JWT\"}";
  private static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");
  private static final long EXP = NOW.getEpochSecond() + 60;
  private static final String CLAIMS = "{\"user\":\"local\",\"exp\":" + EXP + "}";

  private final SecretKey key = SigningKeys.random().signing();

  /** The control: what the forgeries below start from is accepted. */
  @ParameterizedTest
  @ValueSource(strings = {HEADER, "{\"alg\":\"HS256\"}", "{\"typ\":\"JWT\",\"alg\":\"HS256\"}"})
  void verify_rightlySigned_isAccepted(String header) {
    assertThat(TokenFormat.verify(signed(header, CLAIMS), NOW, key)).isPresent();
  }

  @TestFactory
  Stream<DynamicTest> verify_withoutSignature() {
    return Stream.of("none", "None", "NONE", "nOnE", "", "HS256", "hs256", "null")
        .map(alg -> "{\"alg\":\"" + alg + "\"}")
        .flatMap(
            header ->
                Stream.of(
                    part(header) + "." + part(CLAIMS) + ".",
                    part(header) + "." + part(CLAIMS),
                    part(header) + "." + part(CLAIMS) + "." + part("none"),
                    part(header) + "." + part(CLAIMS) + "." + "A".repeat(43)))
        .map(this::refused);
  }

  @TestFactory
  Stream<DynamicTest> verify_otherAlgorithmWithTheRightKey() throws GeneralSecurityException {
    List<String> tokens = new ArrayList<>();
    for (String alg : List.of("none", "None", "HS384", "HS512", "RS256", "ES256", "PS256", "dir")) {
      tokens.add(signed("{\"alg\":\"" + alg + "\"}", CLAIMS));
    }
    tokens.add(signed("{\"typ\":\"JWT\"}", CLAIMS));
    tokens.add(signed("{\"alg\":256}", CLAIMS));
    tokens.add(signed("{\"alg\":null}", CLAIMS));
    tokens.add(signed("{\"alg\":[\"HS256\"]}", CLAIMS));
    tokens.add(signed("{\"alg\":\"none\",\"alg\":\"HS256\"}", CLAIMS));
    tokens.add(mac("{\"alg\":\"HS512\"}", CLAIMS, key, "HmacSHA512"));
    tokens.add(mac("{\"alg\":\"HS384\"}", CLAIMS, key, "HmacSHA384"));
    return tokens.stream().map(this::refused);
  }

  @TestFactory
  Stream<DynamicTest> verify_keyOfTheAttackersChoice() throws GeneralSecurityException {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
    generator.initialize(2_048);
    KeyPair pair = generator.generateKeyPair();
    byte[] publicKey = pair.getPublic().getEncoded();
    SecretKey own = SigningKeys.random().signing();
    String ownText = Base64.getUrlEncoder().withoutPadding().encodeToString(own.getEncoded());
    String jwk = "{\"kty\":\"oct\",\"k\":\"" + ownText + "\",\"alg\":\"HS256\"}";
    return Stream.of(
            rsa("{\"alg\":\"RS256\"}", CLAIMS, pair),
            rsa(HEADER, CLAIMS, pair),
            mac(HEADER, CLAIMS, new SecretKeySpec(publicKey, "HmacSHA256"), "HmacSHA256"),
            mac("{\"alg\":\"HS256\",\"jwk\":" + jwk + "}", CLAIMS, own, "HmacSHA256"),
            mac("{\"alg\":\"HS256\",\"kid\":\"../../dev/null\"}", CLAIMS, own, "HmacSHA256"),
            mac("{\"alg\":\"HS256\",\"kid\":\"' OR 1=1\"}", CLAIMS, own, "HmacSHA256"),
            mac("{\"alg\":\"HS256\",\"kid\":7}", CLAIMS, own, "HmacSHA256"),
            mac("{\"alg\":\"HS256\",\"jku\":\"http://127.0.0.1:1/\"}", CLAIMS, own, "HmacSHA256"),
            mac("{\"alg\":\"HS256\",\"x5u\":\"http://127.0.0.1:1/\"}", CLAIMS, own, "HmacSHA256"),
            mac("{\"alg\":\"HS256\",\"x5c\":[\"AAAA\"]}", CLAIMS, own, "HmacSHA256"),
            mac(HEADER, CLAIMS, new SecretKeySpec(new byte[32], "HmacSHA256"), "HmacSHA256"),
            mac(HEADER, CLAIMS, new SecretKeySpec(new byte[1], "HmacSHA256"), "HmacSHA256"),
            mac(HEADER, CLAIMS, own, "HmacSHA256"))
        .map(this::refused);
  }

  @TestFactory
  Stream<DynamicTest> verify_headerThatMustBeUnderstood() {
    return Stream.of(
            "{\"alg\":\"HS256\",\"crit\":[\"exp\"],\"exp\":1}",
            "{\"alg\":\"HS256\",\"crit\":[\"unknown\"],\"unknown\":true}",
            "{\"alg\":\"HS256\",\"crit\":\"b64\"}",
            "{\"alg\":\"HS256\",\"crit\":7}",
            "[\"alg\",\"HS256\"]",
            "\"HS256\"",
            "null",
            "",
            "{",
            "{\"alg\":\"HS256\"} x",
            "\u0000",
            "{\"a\":".repeat(500) + "1" + "}".repeat(500))
        .map(header -> refused(signed(header, CLAIMS)));
  }

  @TestFactory
  Stream<DynamicTest> verify_claimsThatAreWrongThoughRightlySigned() {
    long now = NOW.getEpochSecond();
    return Stream.of(
            "{\"user\":\"local\"}",
            "{\"user\":\"local\",\"exp\":null}",
            "{\"user\":\"local\",\"exp\":\"" + EXP + "\"}",
            "{\"user\":\"local\",\"exp\":\"never\"}",
            "{\"user\":\"local\",\"exp\":[" + EXP + "]}",
            "{\"user\":\"local\",\"exp\":{}}",
            "{\"user\":\"local\",\"exp\":true}",
            "{\"user\":\"local\",\"exp\":NaN}",
            "{\"user\":\"local\",\"exp\":1e999}",
            "{\"user\":\"local\",\"exp\":99999999999999999999999999}",
            "{\"user\":\"local\",\"exp\":9223372036854775807}",
            "{\"user\":\"local\",\"exp\":-1}",
            "{\"user\":\"local\",\"exp\":" + (now + 32 * 86_400) + "}",
            "{\"user\":\"local\",\"exp\":0}",
            "{\"user\":\"local\",\"exp\":" + (now - 30) + "}",
            "{\"user\":\"local\",\"exp\":" + (now - 31) + "}",
            "{\"user\":\"local\",\"exp\":" + EXP + ",\"nbf\":" + (now + 31) + "}",
            "{\"user\":\"local\",\"exp\":" + EXP + ",\"nbf\":\"soon\"}",
            "{\"user\":\"local\",\"exp\":" + EXP + ",\"iat\":\"then\"}",
            "{\"user\":\"local\",\"exp\":" + EXP + ",\"exp\":" + EXP + "}",
            "{\"user\":\"local\",\"user\":\"root\",\"exp\":" + EXP + "}",
            "{\"exp\":" + EXP + "}",
            "{\"user\":null,\"exp\":" + EXP + "}",
            "{\"user\":\"\",\"exp\":" + EXP + "}",
            "{\"user\":7,\"exp\":" + EXP + "}",
            "{\"user\":[\"local\"],\"exp\":" + EXP + "}",
            "{\"user\":{\"name\":\"local\"},\"exp\":" + EXP + "}",
            "{\"user\":\"" + "u".repeat(257) + "\",\"exp\":" + EXP + "}",
            "{\"user\":\"local\",\"role\":\"root\",\"exp\":" + EXP + "}",
            "{\"user\":\"local\",\"role\":7,\"exp\":" + EXP + "}",
            "{\"user\":\"local\",\"role\":null,\"exp\":" + EXP + "}",
            "{\"user\":\"local\",\"role\":[\"writer\"],\"exp\":" + EXP + "}",
            "{\"user\":\"local\",\"prefixes\":7,\"exp\":" + EXP + "}",
            "{\"user\":\"local\",\"prefixes\":[7],\"exp\":" + EXP + "}",
            "{\"user\":\"local\",\"prefixes\":[null],\"exp\":" + EXP + "}",
            "{\"user\":\"local\",\"prefixes\":null,\"exp\":" + EXP + "}",
            "{\"user\":\"local\",\"prefixes\":{},\"exp\":" + EXP + "}",
            "[]",
            "[" + CLAIMS + "]",
            "null",
            "7",
            "",
            "{",
            CLAIMS + "x",
            CLAIMS + CLAIMS)
        .map(claims -> refused(signed(HEADER, claims)));
  }

  @Test
  void verify_edgesOfTheClockSkew_areAccepted() {
    long now = NOW.getEpochSecond();
    String almostOver = "{\"user\":\"local\",\"exp\":" + (now - 29) + "}";
    String almostThere = "{\"user\":\"local\",\"exp\":" + EXP + ",\"nbf\":" + (now + 30) + "}";

    assertThat(TokenFormat.verify(signed(HEADER, almostOver), NOW, key)).isPresent();
    assertThat(TokenFormat.verify(signed(HEADER, almostThere), NOW, key)).isPresent();
  }

  @Test
  void verify_anyCharacterReplaced_isRefused() {
    String token = signed(HEADER, CLAIMS);
    String alphabet =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.=+/ \u0000é";
    for (int at = 0; at < token.length(); at++) {
      for (char other : alphabet.toCharArray()) {
        if (other != token.charAt(at)) {
          assertRefused(token.substring(0, at) + other + token.substring(at + 1));
        }
      }
    }
  }

  @Test
  void verify_anyBitOfADecodedPartFlipped_isRefused() {
    String[] parts = signed(HEADER, CLAIMS).split("\\.");
    for (int index = 0; index < parts.length; index++) {
      byte[] bytes = Base64.getUrlDecoder().decode(parts[index]);
      for (int bit = 0; bit < bytes.length * 8; bit++) {
        byte[] flipped = bytes.clone();
        flipped[bit / 8] ^= (byte) (1 << bit % 8);
        String[] tampered = parts.clone();
        tampered[index] = Base64.getUrlEncoder().withoutPadding().encodeToString(flipped);
        assertRefused(String.join(".", tampered));
      }
    }
  }

  @Test
  void verify_cutAnywhereOrGrown_isRefused() {
    String token = signed(HEADER, CLAIMS);
    for (int end = 0; end < token.length(); end++) {
      assertRefused(token.substring(0, end));
    }
    for (int start = 1; start < token.length(); start++) {
      assertRefused(token.substring(start));
    }
    for (String more : List.of("A", "=", "==", ".", ".A", " ", "\n", token)) {
      assertRefused(token + more);
      assertRefused(more + token);
    }
    assertRefused("A".repeat(1 << 20));
    assertRefused(token + "A".repeat(1 << 20));
  }

  @Test
  void verify_randomHeadersOfAnotherKey_areRefused() throws GeneralSecurityException {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    String[] pieces = {
      HEADER, CLAIMS, "{", "}", "\"", ":", ",", "[", "]", "alg", "crit", "\\u", "1e"
    };
    for (int round = 0; round < 5_000; round++) {
      StringBuilder header = new StringBuilder();
      for (int piece = random.nextInt(6); piece >= 0; piece--) {
        header.append(pieces[random.nextInt(pieces.length)]);
      }
      String token = mac(header.toString(), CLAIMS, SigningKeys.random().signing(), "HmacSHA256");
      assertThat(TokenFormat.verify(token, NOW, key)).as("seed %d: %s", seed, header).isEmpty();
    }
  }

  private DynamicTest refused(String token) {
    String[] parts = token.split("\\.", -1);
    String name =
        Stream.of(parts)
            .limit(2)
            .map(part -> new String(Base64.getUrlDecoder().decode(part), StandardCharsets.UTF_8))
            .map(text -> text.length() > 80 ? text.substring(0, 80) + ".." : text)
            .reduce("", (left, right) -> left + " " + right);
    return DynamicTest.dynamicTest(name, () -> assertRefused(token));
  }

  private void assertRefused(String token) {
    assertThat(TokenFormat.verify(token, NOW, key)).as(token).isEmpty();
  }

  private String signed(String header, String claims) {
    try {
      return mac(header, claims, key, "HmacSHA256");
    } catch (GeneralSecurityException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  private static String mac(String header, String claims, SecretKey key, String algorithm)
      throws GeneralSecurityException {
    String input = part(header) + "." + part(claims);
    Mac mac = Mac.getInstance(algorithm);
    mac.init(key);
    byte[] signature = mac.doFinal(input.getBytes(StandardCharsets.US_ASCII));
    return input + "." + Base64.getUrlEncoder().withoutPadding().encodeToString(signature);
  }

  private static String rsa(String header, String claims, KeyPair pair)
      throws GeneralSecurityException {
    String input = part(header) + "." + part(claims);
    Signature signature = Signature.getInstance("SHA256withRSA");
    signature.initSign(pair.getPrivate());
    signature.update(input.getBytes(StandardCharsets.US_ASCII));
    return input + "." + Base64.getUrlEncoder().withoutPadding().encodeToString(signature.sign());
  }

  private static String part(String text) {
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }
}
