package io.kvapp.server.auth.token;

import io.kvapp.server.auth.users.Users;
import java.util.Optional;

/**
 * The keys and users that tokens are checked against, and a cache of verified tokens. They are
 * replaced together, so that no token outlives the users and keys that it was checked against.
 *
 * <p>Safe for any thread.
 *
 * @param keys sign tokens and verify them
 * @param users have tokens, and nobody else; empty where the server has no users file
 * @param tokens those that were verified against these keys and users
 */
public record AuthState(SigningKeys keys, Optional<Users> users, TokenCache tokens) {
  private static final int CACHED_TOKENS = 10_000;

  static AuthState of(SigningKeys keys, Optional<Users> users) {
    return new AuthState(keys, users, new TokenCache(CACHED_TOKENS));
  }
}
