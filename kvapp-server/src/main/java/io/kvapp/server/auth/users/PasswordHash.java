package io.kvapp.server.auth.users;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.text.Normalizer;
import java.util.Base64;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;

/**
 * A password as it is kept: a salted PBKDF2-HMAC-SHA256, slow on purpose.
 *
 * <p>Immutable, safe for any thread, as long as nobody changes its arrays.
 */
public record PasswordHash(int iterations, byte[] salt, byte[] hash) {
  /** What OWASP's password storage cheat sheet asks of PBKDF2-HMAC-SHA256. */
  public static final int DEFAULT_ITERATIONS = 600_000;

  public static final int MIN_ITERATIONS = 100_000;
  static final int MAX_ITERATIONS = 10_000_000;
  static final int SALT_BYTES = 16;
  static final int HASH_BYTES = 32;
  public static final int MAX_PASSWORD_CHARS = 1_024;

  /**
   * The hash of a password with a new salt.
   *
   * @throws IllegalArgumentException if the password has a NUL
   */
  public static PasswordHash of(String password) {
    return of(password, DEFAULT_ITERATIONS);
  }

  /**
   * The hash of a password with a new salt and as many iterations.
   *
   * @throws IllegalArgumentException if the password has a NUL
   */
  public static PasswordHash of(String password, int iterations) {
    if (hasNul(password)) {
      throw new IllegalArgumentException("password: without NUL characters");
    }
    byte[] salt = new byte[SALT_BYTES];
    new SecureRandom().nextBytes(salt);
    return new PasswordHash(iterations, salt, derive(password, iterations, salt));
  }

  /** A hash that no password matches, and that takes as long to find that out. */
  public static PasswordHash unmatched(int iterations) {
    return new PasswordHash(iterations, new byte[SALT_BYTES], new byte[0]);
  }

  /** Whether this is the hash of {@code password}; takes the time of {@link #iterations}. */
  public boolean matches(String password) {
    boolean isEqual = MessageDigest.isEqual(hash, derive(password, iterations, salt));
    return isEqual && !hasNul(password);
  }

  /** Identifies this hash where it must not be shown: another password has another stamp. */
  public String stamp() {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(salt);
      return Base64.getUrlEncoder().withoutPadding().encodeToString(digest).substring(0, 12);
    } catch (GeneralSecurityException missing) {
      throw new IllegalStateException("every Java platform has SHA-256", missing);
    }
  }

  /** Holds no secret. */
  @Override
  public String toString() {
    return "PasswordHash[iterations=" + iterations + "]";
  }

  /** HMAC fills a short key up with zeros, so a password would match with any number behind it. */
  private static boolean hasNul(String password) {
    return password.indexOf('\0') >= 0;
  }

  private static byte[] derive(String password, int iterations, byte[] salt) {
    // One password may be typed as different code points; RFC 7617 has them normalized.
    char[] characters = Normalizer.normalize(password, Normalizer.Form.NFC).toCharArray();
    PBEKeySpec spec = new PBEKeySpec(characters, salt, iterations, HASH_BYTES * 8);
    try {
      return SecretKeyFactory.getInstance("PBKDF2WithHmacSHA256").generateSecret(spec).getEncoded();
    } catch (GeneralSecurityException missing) {
      throw new IllegalStateException("every Java platform has PBKDF2WithHmacSHA256", missing);
    } finally {
      spec.clearPassword();
      java.util.Arrays.fill(characters, '\0');
    }
  }
}
