package io.kvapp.server.auth.token;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * The SHA-256 of a token, by which it is known where the token itself is not to be kept.
 *
 * <p>Immutable, safe for any thread.
 */
record TokenHash(long first, long second, long third, long fourth) {
  /** Every request hashes its token, and a digest of its own would be most of its garbage. */
  private static final ThreadLocal<MessageDigest> SHA_256 =
      ThreadLocal.withInitial(TokenHash::sha256);

  static TokenHash of(String token) {
    byte[] digest = SHA_256.get().digest(token.getBytes(StandardCharsets.UTF_8));
    return new TokenHash(word(digest, 0), word(digest, 8), word(digest, 16), word(digest, 24));
  }

  @Override
  public int hashCode() {
    return Long.hashCode(first);
  }

  private static long word(byte[] bytes, int from) {
    long word = 0;
    for (int index = from; index < from + Long.BYTES; index++) {
      word = word << 8 | bytes[index] & 0xff;
    }
    return word;
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException missing) {
      throw new IllegalStateException("every Java platform has SHA-256", missing);
    }
  }
}
