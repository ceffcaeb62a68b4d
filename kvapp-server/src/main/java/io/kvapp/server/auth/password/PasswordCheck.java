package io.kvapp.server.auth.password;

import io.kvapp.server.auth.password.LoginThrottle.Attempt;
import io.kvapp.server.auth.users.PasswordHash;
import io.kvapp.server.auth.users.User;
import io.kvapp.server.auth.users.Users;
import io.kvapp.server.http.message.HttpException;
import java.net.InetAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Finds out whether credentials are right, at a bounded cost: attempts are limited, and so is the
 * share of the processors that password hashes may take. Callers who are known here have a share of
 * their own.
 *
 * <p>Any number of threads may use it at a time; each waits for its turn.
 */
public final class PasswordCheck {
  private static final int MAX_WAITING = 64;
  private static final Duration MAX_WAIT = Duration.ofSeconds(10);

  private final LoginThrottle throttle;
  private final BoundedWork strangers = turns();
  private final BoundedWork trusted = turns();

  public PasswordCheck(InstantSource clock) {
    throttle = new LoginThrottle(clock);
  }

  /**
   * The user with these credentials.
   *
   * @param earlierToken the hash of a token that this user got in an earlier sign-in
   * @throws HttpException.CredentialsWrong if there is none
   * @throws HttpException.SlowedDown if the credentials were not looked at
   */
  public User user(
      Users users, Credentials credentials, InetAddress from, OptionalLong earlierToken) {
    if (credentials.password().length() > PasswordHash.MAX_PASSWORD_CHARS) {
      throw new HttpException.CredentialsWrong();
    }
    String name = User.normalized(credentials.user());
    Attempt attempt = throttle.attempt(name, from, earlierToken);
    Optional<User> found = users.find(name);
    PasswordHash hash = found.map(User::password).orElseGet(() -> decoy(users, name));
    boolean isRight =
        (attempt.isTrusted() ? trusted : strangers)
            .take(() -> hash.matches(credentials.password()))
            .orElseThrow(
                () -> {
                  attempt.cancel();
                  return new HttpException.SlowedDown(Duration.ofSeconds(2));
                });
    if (!isRight) {
      throw new HttpException.CredentialsWrong();
    }
    attempt.succeeded();
    return found.orElseThrow(HttpException.CredentialsWrong::new);
  }

  private static BoundedWork turns() {
    int atOnce = Math.max(1, Runtime.getRuntime().availableProcessors() / 2);
    return new BoundedWork(atOnce, MAX_WAITING, MAX_WAIT);
  }

  /** The hash for an unknown user, which costs as much to check as that of a user. */
  static PasswordHash decoy(Users users, String name) {
    List<User> all = users.all();
    int iterations =
        all.isEmpty()
            ? PasswordHash.DEFAULT_ITERATIONS
            : all.get(Math.floorMod(name.hashCode(), all.size())).password().iterations();
    return PasswordHash.unmatched(iterations);
  }
}
