package io.kvapp.server.auth.token;

import java.util.concurrent.ConcurrentHashMap;

/**
 * The tokens that were verified lately, by their hash. Two generations bound it: when the young one
 * is full it becomes the old one, and the old one is dropped; a token that is used stays young.
 *
 * <p>All methods may be called from any thread.
 */
final class TokenCache {
  private final int generationSize;
  private volatile ConcurrentHashMap<TokenHash, VerifiedToken> young = new ConcurrentHashMap<>();
  private volatile ConcurrentHashMap<TokenHash, VerifiedToken> old = new ConcurrentHashMap<>();

  /** A cache of about {@code capacity} tokens at most. */
  TokenCache(int capacity) {
    generationSize = Math.max(1, capacity / 2);
  }

  /** What this token says; null if it is not known. */
  VerifiedToken get(TokenHash token) {
    VerifiedToken found = young.get(token);
    if (found == null) {
      found = old.get(token);
      if (found != null) {
        put(token, found);
      }
    }
    return found;
  }

  void put(TokenHash token, VerifiedToken verified) {
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
}
