package io.kvapp.server.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.kvapp.KVException;
import io.kvapp.ServerSettings;
import io.kvapp.server.SteppedClock;
import io.kvapp.server.auth.users.Caller;
import io.kvapp.server.auth.users.Role;
import io.kvapp.server.http.message.HttpException;
import io.kvapp.server.settings.AuthSettings;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Base64;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullAndEmptySource;
import org.junit.jupiter.params.provider.ValueSource;

class AuthenticatorTest {
  private static final Duration SECOND = Duration.ofSeconds(1);

  private final SteppedClock clock = new SteppedClock();
  private final Authenticator authenticator = Authenticator.inMemory(clock);

  @Test
  void issue_localCaller_namesTheLocalUserWhoMayDoEverything() {
    Caller bearer = authenticator.verify(token());

    assertThat(bearer.user()).isEqualTo("local");
    assertThat(bearer.role()).isEqualTo(Role.WRITER);
    assertThat(bearer.readsEverything()).isTrue();
  }

  @Test
  void issue_anyCaller_writesTheClaimsOfTheContract() {
    String claims = decoded(token().split("\\.")[1]);

    long now = clock.instant().getEpochSecond();
    assertThat(decoded(token().split("\\.")[0])).isEqualTo("{\"alg\":\"HS256\",\"typ\":\"JWT\"}");
    assertThat(claims)
        .isEqualTo(
            "{\"user\":\"local\",\"role\":\"writer\",\"iat\":%d,\"exp\":%d}"
                .formatted(now, now + 1_800));
  }

  @ParameterizedTest
  @NullAndEmptySource
  void verify_noToken_isMissing(String token) {
    assertThatThrownBy(() -> authenticator.verify(token))
        .isInstanceOf(HttpException.TokenMissing.class)
        .hasMessage("token is missing");
  }

  @ParameterizedTest
  @ValueSource(strings = {" ", "x", "a.b.c", "..", "a.b.c.d", "é.é.é", "Bearer abc"})
  void verify_malformed_isInvalid(String token) {
    assertInvalid(token);
  }

  @Test
  void verify_tokenOfAnotherKey_isInvalid() {
    assertInvalid(Authenticator.inMemory(clock).issue(new SignIn(loopback(), Optional.empty())));
  }

  @Test
  void verify_untilThirtyMinutesAndTheSkewHavePassed_isValid() {
    String token = token();

    clock.advance(Duration.ofMinutes(30).plusSeconds(30).minus(SECOND));
    assertThat(authenticator.verify(token).user()).isEqualTo("local");
    clock.advance(SECOND);
    assertInvalid(token);
  }

  @Test
  void verify_expiredTokenThatWasNeverSeenBefore_isInvalid() {
    String token = token();
    clock.advance(Duration.ofMinutes(30).plusSeconds(30));

    assertInvalid(token);
  }

  @Test
  void verify_invalidToken_hasACodeThatTellsExpiredFromForged() {
    String seen = token();
    String unseen = token();
    authenticator.verify(seen);
    clock.advance(Duration.ofMinutes(30).plusSeconds(30));

    assertThat(codeOf(seen)).isEqualTo("token-expired");
    assertThat(codeOf(unseen)).isEqualTo("token-expired");
    assertThat(codeOf("x" + unseen)).isEqualTo("token-invalid");
    assertThat(codeOf("a.b.c")).isEqualTo("token-invalid");
    assertThat(codeOf("")).isEqualTo("token-missing");
  }

  @Test
  void open_dataFolder_keepsOneKeyThatOnlyItsOwnerReads(@TempDir Path folder) throws Exception {
    Authenticator first = Authenticator.open(AuthSettings.defaults(), server(folder));
    String token = first.issue(new SignIn(loopback(), Optional.empty()));
    Authenticator second = Authenticator.open(AuthSettings.defaults(), server(folder));

    assertThat(second.verify(token).user()).isEqualTo("local");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(keyFile(folder))))
        .isEqualTo("rw-------");
    assertThat(folder).isDirectoryContaining(keyFile(folder)::equals);
    try (var files = Files.list(folder)) {
      assertThat(files).hasSize(1);
    }
  }

  @Test
  void open_dataFolderThatOthersCanWrite_isRefusedWithTheRemedy(@TempDir Path folder)
      throws Exception {
    Authenticator.open(AuthSettings.defaults(), server(folder));
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxrwxrwx"));

    assertThatThrownBy(() -> Authenticator.open(AuthSettings.defaults(), server(folder)))
        .isInstanceOf(KVException.class)
        .hasMessage(
            "data folder %s cannot be used: other users can write %s; run: chmod go-w %s"
                .formatted(folder, folder, folder));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "AAAA", "not base64 at all!", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"})
  void open_keyFileOfTooFewBits_isRefusedWithoutQuotingIt(String content, @TempDir Path folder)
      throws Exception {
    Files.writeString(keyFile(folder), content);

    assertThatThrownBy(() -> Authenticator.open(AuthSettings.defaults(), server(folder)))
        .isInstanceOf(KVException.class)
        .hasMessageContaining(keyFile(folder).toString())
        .hasMessageContaining("256 bits")
        .message()
        .satisfies(
            message -> {
              if (!content.isEmpty()) {
                assertThat(message).doesNotContain(content);
              }
            });
  }

  private String token() {
    return authenticator.issue(new SignIn(loopback(), Optional.empty()));
  }

  private String codeOf(String token) {
    return catchThrowableOfType(HttpException.class, () -> authenticator.verify(token)).code();
  }

  private void assertInvalid(String token) {
    assertThatThrownBy(() -> authenticator.verify(token))
        .isInstanceOf(HttpException.TokenInvalid.class)
        .hasMessage("token is invalid");
  }

  private ServerSettings server(Path folder) {
    return new ServerSettings("localhost", 0, Optional.of(folder), clock);
  }

  private static Path keyFile(Path folder) {
    return folder.resolve("token.key");
  }

  private static InetAddress loopback() {
    return InetAddress.getLoopbackAddress();
  }

  private static String decoded(String part) {
    return new String(Base64.getUrlDecoder().decode(part), StandardCharsets.UTF_8);
  }
}
