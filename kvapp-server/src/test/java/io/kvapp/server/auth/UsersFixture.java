package io.kvapp.server.auth;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kvapp.ServerSettings;
import io.kvapp.server.SteppedClock;
import io.kvapp.server.auth.password.Credentials;
import io.kvapp.server.auth.users.PasswordHash;
import io.kvapp.server.auth.users.Role;
import io.kvapp.server.auth.users.User;
import io.kvapp.server.auth.users.Users;
import io.kvapp.server.auth.users.UsersFile;
import io.kvapp.server.file.OwnerOnlyFile;
import io.kvapp.server.http.message.HttpException;
import io.kvapp.server.settings.AuthSettings;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** An authenticator with two users in a file, whose clock a test moves. */
abstract class UsersFixture {
  private static final int FEW = PasswordHash.MIN_ITERATIONS;

  final SteppedClock clock = new SteppedClock();
  static final User ANN = user("ann", Role.WRITER, List.of(""), "ann's password");
  static final User REA = user("rea", Role.READER, List.of("a/", "b/"), "rea's password");
  @TempDir Path folder;
  Path usersFile;
  Authenticator authenticator;

  @BeforeEach
  void open() throws IOException {
    usersFile = folder.resolve("users.json");
    write(ANN, REA);
    authenticator = open(AuthSettings.defaults().withUsersFile(usersFile), "0.0.0.0");
  }

  final Authenticator open(AuthSettings settings, String host) {
    return Authenticator.open(settings, new ServerSettings(host, 0, Optional.of(folder), clock));
  }

  final String issue(String user, String password) {
    return issue(user, password, null);
  }

  final String issue(String user, String password, String earlierToken) {
    return authenticator.issue(caller(Optional.of(new Credentials(user, password)), earlierToken));
  }

  final void assertInvalid(String token) {
    assertThatThrownBy(() -> authenticator.verify(token))
        .isInstanceOf(HttpException.TokenInvalid.class);
  }

  final void write(User... users) throws IOException {
    OwnerOnlyFile.replace(usersFile, UsersFile.format(new Users(List.of(users))));
  }

  static SignIn caller(Optional<Credentials> credentials) {
    return caller(credentials, null);
  }

  static SignIn caller(Optional<Credentials> credentials, String earlierToken) {
    return new SignIn(InetAddress.getLoopbackAddress(), credentials, earlierToken);
  }

  static User user(String name, Role role, List<String> prefixes, String password) {
    return new User(name, role, prefixes, PasswordHash.of(password, FEW));
  }
}
