package io.kvapp.server.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kvapp.KVException;
import io.kvapp.server.auth.password.Credentials;
import io.kvapp.server.auth.token.KeyFile;
import io.kvapp.server.auth.token.SigningKeys;
import io.kvapp.server.auth.token.TokenFormat;
import io.kvapp.server.auth.users.Caller;
import io.kvapp.server.auth.users.Role;
import io.kvapp.server.auth.users.User;
import io.kvapp.server.http.message.HttpException;
import io.kvapp.server.settings.AuthSettings;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class UsersAuthenticatorTest extends UsersFixture {
  private static final String KEY = "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWY=";

  @Test
  void issue_rightPassword_grantsWhatTheEntrySays() {
    Caller writer = authenticator.verify(issue("ann", "ann's password"));
    Caller reader = authenticator.verify(issue("rea", "rea's password"));

    assertThat(writer.user()).isEqualTo("ann");
    assertThat(writer.role()).isEqualTo(Role.WRITER);
    assertThat(writer.readsEverything()).isTrue();
    assertThat(reader.role()).isEqualTo(Role.READER);
    assertThat(reader.prefixes()).containsExactly("a/", "b/");
  }

  @Test
  void issue_limitedUser_putsTheGrantIntoTheClaims() {
    String claims = claims(issue("rea", "rea's password"));

    assertThat(claims)
        .contains("\"user\":\"rea\"", "\"role\":\"reader\"", "\"prefixes\":[\"a/\",\"b/\"]");
    assertThat(claims(issue("ann", "ann's password"))).doesNotContain("prefixes");
  }

  @Test
  void issue_noCredentials_areMissingEvenOnThisMachine() {
    assertThat(authenticator.needsCredentials()).isTrue();
    assertThatThrownBy(() -> authenticator.issue(caller(Optional.empty())))
        .isInstanceOf(HttpException.CredentialsMissing.class);
  }

  @Test
  void issue_wrongUserOrPassword_isToldInTheSameWords() {
    List<String> messages = new ArrayList<>();
    for (Credentials wrong :
        List.of(
            new Credentials("ann", "rea's password"),
            new Credentials("nobody", "ann's password"),
            new Credentials("", ""),
            new Credentials("ann", "ann's password\0"),
            new Credentials("ann\0", "ann's password"),
            new Credentials("ann", "x".repeat(100_000)))) {
      assertThatThrownBy(() -> authenticator.issue(caller(Optional.of(wrong))))
          .isInstanceOf(HttpException.CredentialsWrong.class)
          .satisfies(refusal -> messages.add(refusal.getMessage()));
    }
    assertThat(messages).containsOnly("user or password is wrong");
  }

  @Test
  void verify_userRemoved_endsTheTokens() throws IOException {
    String token = issue("ann", "ann's password");
    authenticator.verify(token);

    write(REA);
    clock.advance(Duration.ofSeconds(1));

    assertInvalid(token);
    assertThatThrownBy(() -> issue("ann", "ann's password"))
        .isInstanceOf(HttpException.CredentialsWrong.class);
  }

  @Test
  void verify_passwordChanged_endsTheTokens() throws IOException {
    String token = issue("ann", "ann's password");
    write(user("ann", Role.WRITER, List.of(""), "ann's password"));
    clock.advance(Duration.ofSeconds(1));

    assertInvalid(token);
    assertThat(authenticator.verify(issue("ann", "ann's password")).user()).isEqualTo("ann");
  }

  @Test
  void verify_grantChanged_endsTheTokens() throws IOException {
    String token = issue("ann", "ann's password");
    String other = issue("rea", "rea's password");
    write(
        new User("ann", Role.READER, List.of(""), ANN.password()),
        new User("rea", Role.READER, List.of("a/"), REA.password()));
    clock.advance(Duration.ofSeconds(1));

    assertInvalid(token);
    assertInvalid(other);
  }

  @Test
  void verify_usersFileDamaged_keepsTheUsers() throws IOException {
    String token = issue("ann", "ann's password");
    Files.writeString(usersFile, "{");
    clock.advance(Duration.ofSeconds(1));

    assertThat(authenticator.verify(token).user()).isEqualTo("ann");
  }

  @Test
  void verify_tokenHandedOutWithoutUsers_isInvalidOnceThereAreSome() throws IOException {
    Authenticator open = open(AuthSettings.defaults(), "localhost");
    String token = open.issue(caller(Optional.empty()));

    assertInvalid(token);
  }

  @Test
  void verify_tokenMadeElsewhereWithTheKey_grantsWhatTheEntrySays() throws IOException {
    AuthSettings shared = AuthSettings.defaults().withSigningKeys(KEY);
    Authenticator elsewhere = open(shared, "localhost");
    authenticator = open(shared.withUsersFile(usersFile), "0.0.0.0");
    Minter minter = new Minter();
    String token = minter.token(new Caller("rea", Role.WRITER, List.of("")));

    assertThat(elsewhere.verify(token).role()).isEqualTo(Role.WRITER);
    assertThat(authenticator.verify(token).role()).isEqualTo(Role.READER);
    assertInvalid(minter.token(Caller.unlimited("nobody")));
  }

  @Test
  void verify_keyRotated_keepsOldTokensForTheirLifeAndNoLonger() throws IOException {
    Path keyFile = folder.resolve("shared.key");
    new KeyFile(keyFile).create();
    AuthSettings settings = AuthSettings.defaults().withSigningKeyFile(keyFile);
    authenticator = open(settings.withUsersFile(usersFile), "0.0.0.0");
    String old = issue("ann", "ann's password");
    SigningKeys before = new KeyFile(keyFile).read();

    new KeyFile(keyFile).rotate(clock.instant(), settings.tokenLifetime());
    clock.advance(Duration.ofSeconds(1));

    String fresh = issue("ann", "ann's password");
    assertThat(authenticator.verify(old).user()).isEqualTo("ann");
    assertThat(authenticator.verify(fresh).user()).isEqualTo("ann");
    String forgedLater =
        TokenFormat.sign(
            ANN.caller(), Optional.empty(), clock.instant(), Duration.ofDays(1), before.signing());
    assertThat(authenticator.verify(forgedLater).user()).isEqualTo("ann");
    clock.advance(Duration.ofMinutes(30).plusSeconds(29));
    assertInvalid(old);
    assertInvalid(forgedLater);
    assertThat(authenticator.verify(fresh).user()).isEqualTo("ann");
  }

  @Test
  void verify_keyRotatedByOneWhoKnowsNoLifetime_keepsTokensOfEightHours() throws IOException {
    AuthSettings settings =
        AuthSettings.defaults()
            .withUsersFile(usersFile)
            .withTokenLifetime(Duration.ofHours(8))
            .withSigningKeyFile(folder.resolve("shared.key"));
    KeyFile keyFile = new KeyFile(folder.resolve("shared.key"));
    keyFile.create();
    authenticator = open(settings, "0.0.0.0");
    String old = issue("ann", "ann's password");

    keyFile.rotate(clock.instant(), AuthSettings.MAX_TOKEN_LIFETIME);
    clock.advance(Duration.ofHours(8));
    assertThat(authenticator.verify(old).user()).isEqualTo("ann");
    clock.advance(Duration.ofSeconds(30));
    assertInvalid(old);
  }

  @Test
  void verify_tokenOfAServerThatSawTheRotationFirst_isTakenAtOnce() throws IOException {
    KeyFile keyFile = new KeyFile(folder.resolve("shared.key"));
    keyFile.create();
    AuthSettings shared =
        AuthSettings.defaults().withUsersFile(usersFile).withSigningKeyFile(keyFile.path());
    Authenticator late = open(shared, "0.0.0.0");
    keyFile.rotate(clock.instant(), shared.tokenLifetime());
    authenticator = open(shared, "0.0.0.0");
    String fresh = issue("ann", "ann's password");

    assertThat(late.verify(fresh).user()).isEqualTo("ann");
  }

  @Test
  void open_otherServerWithTheSameKeys_takesTheTokens() throws IOException {
    AuthSettings shared = AuthSettings.defaults().withUsersFile(usersFile).withSigningKeys(KEY);
    authenticator = open(shared, "0.0.0.0");
    String token = issue("ann", "ann's password");

    assertThat(open(shared, "0.0.0.0").verify(token).user()).isEqualTo("ann");
  }

  @Test
  void open_addressOfOthersWithoutUsers_saysWhatToSet() {
    for (String host : List.of("0.0.0.0", "::", "192.0.2.1")) {
      assertThatThrownBy(() -> open(AuthSettings.defaults(), host))
          .isInstanceOf(KVException.class)
          .hasMessageStartingWith("listening on " + host + " would give everything to everyone")
          .hasMessageContaining("--users FILE")
          .hasMessageNotContaining("\n");
    }
    for (String host : List.of("localhost", "127.0.0.1", "127.0.0.9", "::1")) {
      assertThat(open(AuthSettings.defaults(), host).needsCredentials()).isFalse();
    }
  }

  @Test
  void open_usersFileThatIsNotThere_isNamed() {
    Path absent = folder.resolve("absent.json");

    assertThatThrownBy(() -> open(AuthSettings.defaults().withUsersFile(absent), "localhost"))
        .isInstanceOf(KVException.class)
        .hasMessage("users file " + absent + " cannot be read: there is no such file or folder");
  }

  @Test
  void toString_settings_holdNoKey() {
    assertThat(AuthSettings.defaults().withSigningKeys(KEY).toString()).doesNotContain(KEY);
  }

  /** Tokens as another program makes them that has the key. */
  private final class Minter {
    String token(Caller caller) {
      return TokenFormat.sign(
          caller,
          Optional.empty(),
          clock.instant(),
          Duration.ofMinutes(1),
          SigningKeys.parse("test", KEY).signing());
    }
  }

  private static String claims(String token) {
    return new String(Base64.getUrlDecoder().decode(token.split("\\.")[1]), StandardCharsets.UTF_8);
  }
}
