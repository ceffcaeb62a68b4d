package io.kvapp.server.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeout;

import io.kvapp.server.auth.token.KeyFile;
import io.kvapp.server.auth.token.SigningKeys;
import io.kvapp.server.auth.token.TokenFormat;
import io.kvapp.server.auth.users.Role;
import io.kvapp.server.http.message.HttpException;
import io.kvapp.server.settings.AuthSettings;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Sign-ins with wrong passwords, which are slowed down without locking out their victim. */
final class PasswordGuessesTest extends UsersFixture {
  @Test
  void issue_manyGuesses_areSlowedDownAndLaterAllowed() {
    for (int guess = 0; guess < 5; guess++) {
      assertThatThrownBy(() -> issue("rea", "a guess"))
          .isInstanceOf(HttpException.CredentialsWrong.class);
    }
    assertThatThrownBy(() -> issue("rea", "rea's password"))
        .isInstanceOf(HttpException.SlowedDown.class);
    assertThat(issue("ann", "ann's password")).isNotEmpty();

    clock.advance(Duration.ofSeconds(10));
    assertThat(issue("rea", "rea's password")).isNotEmpty();
  }

  @Test
  void issue_nameThatIsSlowToNormalize_costsNoMoreThanAnyOther() {
    String longName = "a" + "\u0345\u0315\u0301\u0316".repeat(2_000);
    guessUntilSlowed(longName);

    assertTimeout(
        Duration.ofSeconds(2),
        () -> {
          for (int guess = 0; guess < 100; guess++) {
            assertSlowed(longName, "a guess", "x.y.z");
          }
        });
  }

  @Test
  void issue_nameOfMoreThan64Characters_isCountedAndCheckedAsAnUnknownUser() throws IOException {
    String longest = "a".repeat(64);
    write(user(longest, Role.WRITER, List.of(""), "a password"));
    clock.advance(Duration.ofSeconds(1));

    assertThat(authenticator.verify(issue(longest, "a password")).user()).isEqualTo(longest);
    for (int guess = 0; guess < 5; guess++) {
      assertThatThrownBy(() -> issue(longest + "a", "a password"))
          .isInstanceOf(HttpException.CredentialsWrong.class);
    }
    assertSlowed(longest + "a", "a password", null);
  }

  @Test
  void issue_ownerWithAnEarlierToken_isNotLockedOutByGuessesFromTheSameAddress() {
    String token = issue("ann", "ann's password");
    guessUntilSlowed("ann");

    assertSlowed("ann", "ann's password", null);
    assertThat(issue("ann", "ann's password", token)).isNotEmpty();
    assertSlowed("ann", "ann's password", null);
  }

  @Test
  void issue_ownerWithATokenOfBeforeTheRestart_isKnownForThirtyDaysAfterItsEnd() {
    String token = issue("ann", "ann's password");
    clock.advance(Duration.ofDays(30).plus(AuthSettings.DEFAULT_TOKEN_LIFETIME).minusSeconds(1));
    new KeyFile(folder.resolve("token.key"))
        .rotate(clock.instant(), AuthSettings.MAX_TOKEN_LIFETIME);
    authenticator = open(AuthSettings.defaults().withUsersFile(usersFile), "0.0.0.0");
    guessUntilSlowed("ann");

    assertInvalid(token);
    assertThat(issue("ann", "ann's password", token)).isNotEmpty();
    clock.advance(Duration.ofSeconds(1));
    guessUntilSlowed("ann");
    assertSlowed("ann", "ann's password", token);
  }

  @Test
  void issue_guessesWithAnEarlierToken_areLimitedAndGetNothing() {
    String token = issue("ann", "ann's password");
    for (int guess = 0; guess < 5; guess++) {
      assertThatThrownBy(() -> issue("ann", "a guess", token))
          .isInstanceOf(HttpException.CredentialsWrong.class);
    }
    assertSlowed("ann", "ann's password", token);
    assertThat(issue("ann", "ann's password")).isNotEmpty();
    assertThatThrownBy(() -> authenticator.issue(caller(Optional.empty(), token)))
        .isInstanceOf(HttpException.CredentialsMissing.class);
  }

  @Test
  void issue_tokenThatIsNoProof_countsAsAStranger() throws IOException {
    String ofAnother = issue("rea", "rea's password");
    String ofAnn = issue("ann", "ann's password");
    String forged =
        TokenFormat.sign(
            ANN.caller(),
            Optional.of(ANN.password().stamp()),
            clock.instant(),
            AuthSettings.DEFAULT_TOKEN_LIFETIME,
            SigningKeys.random().signing());
    String withoutStamp =
        TokenFormat.sign(
            ANN.caller(),
            Optional.empty(),
            clock.instant(),
            AuthSettings.DEFAULT_TOKEN_LIFETIME,
            new KeyFile(folder.resolve("token.key")).read().signing());
    guessUntilSlowed("ann");

    for (String token : List.of(ofAnother, forged, withoutStamp, "x", "", "x".repeat(10_000))) {
      assertSlowed("ann", "ann's password", token);
    }
    write(user("ann", Role.WRITER, List.of(""), "another password"), REA);
    clock.advance(Duration.ofSeconds(1));
    assertSlowed("ann", "another password", ofAnn);
  }

  private void guessUntilSlowed(String user) {
    boolean slowed = false;
    for (int guess = 0; guess < 100 && !slowed; guess++) {
      try {
        issue(user, "a guess");
      } catch (HttpException refused) {
        slowed = refused instanceof HttpException.SlowedDown;
      }
    }
    assertThat(slowed).isTrue();
  }

  private void assertSlowed(String user, String password, String earlierToken) {
    assertThatThrownBy(() -> issue(user, password, earlierToken))
        .isInstanceOf(HttpException.SlowedDown.class);
  }
}
