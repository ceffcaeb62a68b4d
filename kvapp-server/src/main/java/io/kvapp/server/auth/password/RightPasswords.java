package io.kvapp.server.auth.password;

import io.kvapp.server.auth.users.User;
import io.kvapp.server.auth.users.Users;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Remembers for a while which credentials were right, so that a client that sends them with each
 * request costs one password hash in five minutes. It keeps no password: only a {@link KeyedHash}
 * of user, password hash and password.
 *
 * <p>All methods may be called from any thread.
 */
public final class RightPasswords {
  private static final Duration LIFETIME = Duration.ofMinutes(5);
  private static final int MOST = 64;

  private final InstantSource clock;
  private final KeyedHash hashes = new KeyedHash();
  private final Map<String, Instant> ends =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Instant> eldest) {
          return size() > MOST;
        }
      };

  /** Remembers nothing yet. */
  public RightPasswords(InstantSource clock) {
    this.clock = clock;
  }

  /** The user of credentials that were right lately; empty where they have to be checked. */
  public Optional<User> user(Users users, Credentials credentials) {
    return users.find(User.normalized(credentials.user())).filter(user -> knows(user, credentials));
  }

  private boolean knows(User user, Credentials credentials) {
    String hash = hash(user, credentials);
    synchronized (ends) {
      Instant end = ends.get(hash);
      return end != null && clock.instant().isBefore(end);
    }
  }

  /** Notes that credentials are those of a user. */
  public void remember(User user, Credentials credentials) {
    String hash = hash(user, credentials);
    synchronized (ends) {
      ends.remove(hash);
      ends.put(hash, clock.instant().plus(LIFETIME));
    }
  }

  private String hash(User user, Credentials credentials) {
    byte[] hash =
        hashes.of(utf8(user.name()), utf8(user.password().stamp()), utf8(credentials.password()));
    return HexFormat.of().formatHex(hash);
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
