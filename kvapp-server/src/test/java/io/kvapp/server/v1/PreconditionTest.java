package io.kvapp.server.v1;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kvapp.server.http.message.HttpException;
import io.kvapp.server.http.message.PlainRequest;
import io.kvapp.server.v1.Precondition.Kind;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class PreconditionTest {
  @Test
  void of_noHeaders_demandsNothing() {
    assertThat(Precondition.ofWrite(request()).kind()).isEqualTo(Kind.NONE);
    assertThat(Precondition.ofRead(request()).fits(0)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"\"41\"", "41", "W/\"41\"", "0041"})
  void ifMatch_oneTag_demandsItsRevision(String tag) {
    Precondition condition = Precondition.ofWrite(request().header("if-match", tag));
    assertThat(condition).isEqualTo(new Precondition(Kind.MATCH, 41));
    assertThat(condition.fits(41)).isTrue();
    assertThat(condition.fits(42)).isFalse();
    assertThat(condition.fits(0)).isFalse();
    assertThat(Precondition.ofRead(request().header("if-none-match", tag)))
        .isEqualTo(new Precondition(Kind.CHANGED, 41));
  }

  @Test
  void asterisk_demandsPresenceOrAbsence() {
    Precondition present = Precondition.ofWrite(request().header("if-match", "*"));
    assertThat(present.fits(1)).isTrue();
    assertThat(present.fits(0)).isFalse();
    Precondition absent = Precondition.ofWrite(request().header("if-none-match", "*"));
    assertThat(absent.fits(0)).isTrue();
    assertThat(absent.fits(1)).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "\"\"",
        "\"41",
        "41\"",
        "w/\"41\"",
        "W/41",
        "\"41\", \"42\"",
        "41,42",
        "abc",
        "-1",
        "0",
        "\"0\"",
        "\"a\"",
        "**",
        "\"*\"",
        "4 1",
        "9999999999999999999"
      })
  void of_anythingElse_isRefused(String tag) {
    for (String header : new String[] {"if-match", "if-none-match"}) {
      assertThatThrownBy(() -> Precondition.ofRead(request().header(header, tag)))
          .isInstanceOfSatisfying(
              HttpException.class,
              refusal -> {
                assertThat(refusal.status()).isEqualTo(400);
                assertThat(refusal.code()).isEqualTo("bad-condition");
              });
    }
  }

  @Test
  void of_whatTheMethodDoesNotTake_isRefused() {
    assertThatThrownBy(() -> Precondition.ofWrite(request().header("if-none-match", "41")))
        .isInstanceOf(HttpException.class);
    assertThatThrownBy(() -> Precondition.ofRead(request().header("if-none-match", "*")))
        .isInstanceOf(HttpException.class);
    assertThatThrownBy(() -> Precondition.requireNone(request().header("if-match", "41")))
        .isInstanceOf(HttpException.class);
    assertThatThrownBy(
            () ->
                Precondition.ofWrite(
                    request().header("if-match", "*").header("if-none-match", "*")))
        .isInstanceOf(HttpException.class);
  }

  private static PlainRequest request() {
    return new PlainRequest("GET", "/v1/kv/a");
  }
}
