package io.kvapp.server.auth.users;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

class PasswordHashTest {
  private static final int FEW = PasswordHash.MIN_ITERATIONS;

  @Test
  void matches_password_onlyTheRightOne() {
    PasswordHash hash = PasswordHash.of("jelszó 🔑", FEW);

    assertThat(hash.matches("jelszó 🔑")).isTrue();
    assertThat(hash.matches("jelszó 🔒")).isFalse();
    assertThat(hash.matches("jelszo 🔑")).isFalse();
    assertThat(hash.matches("")).isFalse();
  }

  @Test
  void matches_otherSpellingOfTheSameCharacters_isTheSamePassword() {
    assertThat(PasswordHash.of("jelsz\u00f3", FEW).matches("jelszo\u0301")).isTrue();
  }

  @Test
  void matches_vectorOfAnotherImplementation_isRight() {
    // openssl kdf -keylen 32 -kdfopt digest:SHA256 -kdfopt pass:password
    //   -kdfopt salt:0123456789abcdef -kdfopt iter:100000 PBKDF2
    PasswordHash hash =
        new PasswordHash(
            100_000,
            "0123456789abcdef".getBytes(StandardCharsets.US_ASCII),
            HexFormat.of()
                .parseHex("a75190a792cd59d6d9c8c3a63b11c276ad449972b7886e1c2d819c286053366f"));

    assertThat(hash.matches("password")).isTrue();
  }

  @Test
  void matches_passwordWithNul_doesNotMatchAndHasNoHash() {
    PasswordHash hash = PasswordHash.of("password", FEW);

    assertThat(hash.matches("password\0")).isFalse();
    assertThat(hash.matches("password\0\0")).isFalse();
    assertThat(PasswordHash.unmatched(FEW).matches("\0")).isFalse();
    assertThatThrownBy(() -> PasswordHash.of("pass\0word"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("password: without NUL characters");
  }

  @Test
  void of_samePasswordTwice_hasTwoSaltsAndStamps() {
    PasswordHash one = PasswordHash.of("password", FEW);
    PasswordHash other = PasswordHash.of("password", FEW);

    assertThat(one.salt()).isNotEqualTo(other.salt());
    assertThat(one.hash()).isNotEqualTo(other.hash());
    assertThat(one.stamp()).isNotEqualTo(other.stamp());
  }

  @Test
  void unmatched_anyPassword_doesNotMatch() {
    assertThat(PasswordHash.unmatched(FEW).matches("")).isFalse();
    assertThat(PasswordHash.unmatched(FEW).matches("password")).isFalse();
  }
}
