package io.kvapp.server.auth;

import io.kvapp.server.auth.users.Caller;
import java.time.Instant;
import java.util.Objects;

/**
 * A token for a client, and what it is good for.
 *
 * <p>Immutable, safe for any thread.
 *
 * @param token the token itself
 * @param expiresAt from when it is not valid any more
 * @param caller whom it names, with the grant
 */
public record IssuedToken(String token, Instant expiresAt, Caller caller) {
  /** Checks that nothing is null. */
  public IssuedToken {
    Objects.requireNonNull(token, "token");
    Objects.requireNonNull(expiresAt, "expiresAt");
    Objects.requireNonNull(caller, "caller");
  }

  /** Holds no token. */
  @Override
  public String toString() {
    return "IssuedToken[expiresAt=" + expiresAt + ", caller=" + caller + "]";
  }
}
