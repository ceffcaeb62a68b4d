package io.kvapp.server.auth.token;

import io.kvapp.server.auth.users.Users;
import java.util.Optional;

/**
 * What tokens are checked against at one moment, and the tokens that were. They are replaced
 * together, so that no token outlives the users and keys that it was checked against.
 *
 * <p>Safe for any thread.
 *
 * @param keys sign tokens and verify them
 * @param users the only ones who may have tokens; empty where the server has no users file
 * @param tokens those that were verified against these keys and users
 */
public record AuthState(SigningKeys keys, Optional<Users> users, TokenCache tokens) {
  private static final int CACHED_TOKENS = 10_000;

  static AuthState of(SigningKeys keys, Optional<Users> users) {
    return new AuthState(keys, users, new TokenCache(CACHED_TOKENS));
  }
}
