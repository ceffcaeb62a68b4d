package io.kvapp.server.command.doctor;

import io.kvapp.KVException;
import io.kvapp.server.auth.gate.BindScope;
import io.kvapp.server.auth.users.Users;
import io.kvapp.server.auth.users.UsersFile;
import io.kvapp.server.settings.AuthSettings;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The users file, or whether a server may do without one.
 *
 * <p>For one thread; used once.
 */
final class UsersCheck implements Check {
  private final Optional<Path> file;
  private final String host;

  UsersCheck(AuthSettings settings, String host) {
    this.file = settings.usersFile();
    this.host = host;
  }

  @Override
  public List<Finding> findings() {
    return List.of(
        file.map(users -> new SecretFile("users", users).finding(() -> read(users)))
            .orElseGet(this::withoutUsers));
  }

  private static Finding read(Path file) throws IOException {
    Users users = UsersFile.read(file);
    return users.all().isEmpty()
        ? Finding.warn(
            "users",
            file + " has no users, so nobody gets in",
            "add one with: kvapp users add --file " + file + " NAME")
        : Finding.ok("users", users.all().size() + " in " + file);
  }

  private Finding withoutUsers() {
    try {
      return BindScope.isThisMachineOnly(host)
          ? Finding.ok("users", "none; programs of this machine may do everything")
          : Finding.fail(
              "users",
              "none, and other machines reach " + host + ", so serve refuses to start",
              "name a users file with --users, made by: kvapp users add --file FILE NAME; or listen"
                  + " on localhost");
    } catch (KVException unknownHost) {
      return Finding.fail("users", unknownHost);
    }
  }
}
