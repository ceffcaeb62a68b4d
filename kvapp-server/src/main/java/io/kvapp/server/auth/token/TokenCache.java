package io.kvapp.server.auth.token;

import io.kvapp.server.auth.users.Caller;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The tokens that were verified lately, known by their SHA-256. Two generations bound it: when the
 * young one is full it becomes the old one, and the old one goes; a token that is asked for stays
 * young.
 */
public final class TokenCache {
  /**
   * What a token said.
   *
   * @param stamp what tells the entry of its user from later ones; empty where it has none
   * @param endEpochSecond from when on it is not valid any more
   */
  public record Verified(Caller caller, Optional<String> stamp, long endEpochSecond) {
    public Verified withCaller(Caller other) {
      return new Verified(other, stamp, endEpochSecond);
    }

    public Verified endingBy(long epochSecond) {
      return new Verified(caller, stamp, Math.min(endEpochSecond, epochSecond));
    }
  }

  private final int generationSize;
  private volatile ConcurrentHashMap<Hash, Verified> young = new ConcurrentHashMap<>();
  private volatile ConcurrentHashMap<Hash, Verified> old = new ConcurrentHashMap<>();

  /** At most about {@code capacity} tokens. */
  public TokenCache(int capacity) {
    generationSize = Math.max(1, capacity / 2);
  }

  /** What this token said; null if it is not known. */
  public Verified get(Hash token) {
    Verified found = young.get(token);
    if (found == null) {
      found = old.get(token);
      if (found != null) {
        put(token, found);
      }
    }
    return found;
  }

  public void put(Hash token, Verified verified) {
    if (young.size() >= generationSize) {
      turnOver();
    }
    young.put(token, verified);
  }

  int size() {
    return young.size() + old.size();
  }

  private synchronized void turnOver() {
    if (young.size() >= generationSize) {
      old = young;
      young = new ConcurrentHashMap<>();
    }
  }

  /** The SHA-256 of a token. */
  public record Hash(long first, long second, long third, long fourth) {
    public static Hash of(String token) {
      byte[] digest = sha256().digest(token.getBytes(StandardCharsets.UTF_8));
      return new Hash(word(digest, 0), word(digest, 8), word(digest, 16), word(digest, 24));
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
}
