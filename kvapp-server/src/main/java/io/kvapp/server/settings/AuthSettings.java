package io.kvapp.server.settings;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;

/**
 * How tokens are issued, made and checked. Starts as {@link #defaults()}, and each {@code with}
 * method returns settings with one thing changed.
 *
 * <p>Immutable, safe for any thread.
 */
public final class AuthSettings {
  /** The lifetime of a token when none is set: 30 minutes. */
  public static final Duration DEFAULT_TOKEN_LIFETIME = Duration.ofMinutes(30);

  /** The lifetime of a session when none is set: 12 hours. */
  public static final Duration DEFAULT_SESSION_LIFETIME = Duration.ofHours(12);

  /** The longest lifetime that can be set: 31 days. */
  public static final Duration MAX_TOKEN_LIFETIME = Duration.ofDays(31);

  private static final AuthSettings DEFAULTS =
      new AuthSettings(DEFAULT_TOKEN_LIFETIME, DEFAULT_SESSION_LIFETIME, null, null, null);

  private final Duration tokenLifetime;
  private final Duration sessionLifetime;
  private final Path usersFile;
  private final Path signingKeyFile;
  private final String signingKeys;

  private AuthSettings(
      Duration tokenLifetime,
      Duration sessionLifetime,
      Path usersFile,
      Path signingKeyFile,
      String signingKeys) {
    this.tokenLifetime = tokenLifetime;
    this.sessionLifetime = sessionLifetime;
    this.usersFile = usersFile;
    this.signingKeyFile = signingKeyFile;
    this.signingKeys = signingKeys;
  }

  /** No users, a random signing key in the data folder, tokens of 30 minutes. */
  public static AuthSettings defaults() {
    return DEFAULTS;
  }

  /**
   * How long a token is valid from its issue.
   *
   * @param lifetime whole seconds, from one second to 31 days
   * @throws IllegalArgumentException if it is outside that range
   */
  public AuthSettings withTokenLifetime(Duration lifetime) {
    requireLifetime("tokenLifetime", lifetime);
    return new AuthSettings(lifetime, sessionLifetime, usersFile, signingKeyFile, signingKeys);
  }

  /**
   * How long a token can be renewed from the moment at which the password was given; then the
   * password is needed again.
   *
   * @param lifetime whole seconds, from one second to 31 days
   * @throws IllegalArgumentException if it is outside that range
   */
  public AuthSettings withSessionLifetime(Duration lifetime) {
    requireLifetime("sessionLifetime", lifetime);
    return new AuthSettings(tokenLifetime, lifetime, usersFile, signingKeyFile, signingKeys);
  }

  private static void requireLifetime(String name, Duration lifetime) {
    Objects.requireNonNull(lifetime, name);
    if (lifetime.toSeconds() < 1
        || lifetime.compareTo(MAX_TOKEN_LIFETIME) > 0
        || lifetime.getNano() != 0) {
      throw new IllegalArgumentException(
          name + ": whole seconds, from one second to 31 days, not " + lifetime);
    }
  }

  /**
   * The file of users, which the command {@code kvapp users} edits. With one, tokens are for its
   * users only. A change of the file is in use within a second.
   */
  public AuthSettings withUsersFile(Path file) {
    Objects.requireNonNull(file, "usersFile");
    return new AuthSettings(tokenLifetime, sessionLifetime, file, signingKeyFile, signingKeys);
  }

  /**
   * A file of signing keys in place of the one in the data folder, so that servers can share it:
   * one key a line, 256 bits or more in base64; the first one signs, all of them verify. The
   * servers should give their tokens one lifetime, by which a key that was replaced ends. A change
   * of the file is in use within a second. Takes the place of {@link #withSigningKeys}.
   */
  public AuthSettings withSigningKeyFile(Path file) {
    Objects.requireNonNull(file, "signingKeyFile");
    return new AuthSettings(tokenLifetime, sessionLifetime, usersFile, file, null);
  }

  /**
   * Signing keys, as {@link #withSigningKeyFile} has them in a file, separated by line ends or
   * commas. Takes the place of a file.
   */
  public AuthSettings withSigningKeys(String keys) {
    Objects.requireNonNull(keys, "signingKeys");
    return new AuthSettings(tokenLifetime, sessionLifetime, usersFile, null, keys);
  }

  /** How long a token is valid from its issue; 30 minutes by default. */
  public Duration tokenLifetime() {
    return tokenLifetime;
  }

  /** How long a token can be renewed; 12 hours by default. */
  public Duration sessionLifetime() {
    return sessionLifetime;
  }

  /** The file of users; empty where there is none, the default. */
  public Optional<Path> usersFile() {
    return Optional.ofNullable(usersFile);
  }

  /** The file of signing keys; empty where there is none, the default. */
  public Optional<Path> signingKeyFile() {
    return Optional.ofNullable(signingKeyFile);
  }

  /** The signing keys themselves; empty where there are none, the default. */
  public Optional<String> signingKeys() {
    return Optional.ofNullable(signingKeys);
  }

  /** Whether signing keys or a file of them are named, so that other servers can have the same. */
  public boolean namesSigningKey() {
    return signingKeyFile != null || signingKeys != null;
  }

  /** Holds no key. */
  @Override
  public String toString() {
    return "AuthSettings[tokenLifetime=" + tokenLifetime + ", usersFile=" + usersFile + "]";
  }
}
