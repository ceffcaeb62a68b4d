package io.kvapp.server.auth.users;

import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.List;
import java.util.Objects;

/**
 * An account in the users file, which may ask for tokens.
 *
 * <p>Immutable, safe for any thread.
 *
 * @param name 1 to 64 characters, with no colon and no control character; not {@code local}
 * @param role what this user may do
 * @param prefixes what the keys that are granted start with; a list of the empty prefix for every
 *     key
 * @param password the hash of the password
 */
public record User(String name, Role role, List<String> prefixes, PasswordHash password) {
  static final int MAX_NAME_CHARS = 64;
  static final int MAX_PREFIXES = 32;

  /** How long all prefixes may be together, so that a token of them fits in a request's head. */
  static final int MAX_PREFIX_BYTES = 1_024;

  static final List<String> EVERY_KEY = List.of("");

  /**
   * Checks each field.
   *
   * @throws IllegalArgumentException if a field is outside its range; the message names it
   */
  public User {
    name = normalized(name);
    prefixes = List.copyOf(prefixes);
    Objects.requireNonNull(role, "role");
    Objects.requireNonNull(password, "password");
    if (name.isBlank() || name.length() > MAX_NAME_CHARS || isUnfit(name) || name.contains(":")) {
      throw new IllegalArgumentException(
          "user: 1 to "
              + MAX_NAME_CHARS
              + " characters, not blank, without colon and control characters");
    }
    if (name.equals(Caller.LOCAL_USER)) {
      // Else a token that a server without users hands out would be good for this user, where the
      // servers share a key.
      throw new IllegalArgumentException(
          "user: "
              + name
              + " is reserved for tokens that servers without users hand out; take another name");
    }
    if (prefixes.size() > MAX_PREFIXES) {
      throw new IllegalArgumentException(
          "prefixes: at most " + MAX_PREFIXES + ", not " + prefixes.size());
    }
    int bytes = prefixes.stream().mapToInt(User::bytes).sum();
    if (bytes > MAX_PREFIX_BYTES) {
      throw new IllegalArgumentException(
          "prefixes: at most " + MAX_PREFIX_BYTES + " bytes together, not " + bytes);
    }
    if (prefixes.stream().anyMatch(User::isUnfit)) {
      throw new IllegalArgumentException("prefixes: without control characters");
    }
    if (prefixes.contains("") && !prefixes.equals(EVERY_KEY)) {
      throw new IllegalArgumentException(
          "prefixes: the empty one grants every key, so it is alone");
    }
  }

  /**
   * One spelling of a name that may come as different code points. The empty name, which no user
   * has, for one of more than 64 characters: the time of a normalization grows with the square of
   * the length.
   */
  public static String normalized(String name) {
    return name.length() > MAX_NAME_CHARS ? "" : Normalizer.normalize(name, Normalizer.Form.NFC);
  }

  /** This user as a caller. */
  public Caller caller() {
    return new Caller(name, role, prefixes, password.stamp());
  }

  private static int bytes(String prefix) {
    return prefix.getBytes(StandardCharsets.UTF_8).length;
  }

  private static boolean isUnfit(String text) {
    return text.codePoints().anyMatch(point -> Character.isISOControl(point) || isSurrogate(point));
  }

  private static boolean isSurrogate(int point) {
    return point >= Character.MIN_SURROGATE && point <= Character.MAX_SURROGATE;
  }
}
