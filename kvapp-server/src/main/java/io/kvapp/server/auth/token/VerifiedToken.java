package io.kvapp.server.auth.token;

import io.kvapp.server.auth.users.Caller;
import java.time.Instant;
import java.util.Optional;

/**
 * The content of a token that this server has verified.
 *
 * <p>Immutable, safe for any thread.
 *
 * @param caller the caller that it names
 * @param stamp tells the entry of its user from later entries; empty where the token has none
 * @param signedInEpochSecond the second in which its session began: in which the password was
 *     given, or else this token was issued
 * @param endEpochSecond the second from which it is not valid any more
 */
public record VerifiedToken(
    Caller caller, Optional<String> stamp, long signedInEpochSecond, long endEpochSecond) {
  VerifiedToken withCaller(Caller other) {
    return new VerifiedToken(other, stamp, signedInEpochSecond, endEpochSecond);
  }

  VerifiedToken endingBy(long epochSecond) {
    return new VerifiedToken(
        caller, stamp, signedInEpochSecond, Math.min(endEpochSecond, epochSecond));
  }

  /** From when it is not valid any more, by the clock of the server that issued it. */
  public Instant expiresAt() {
    return Instant.ofEpochSecond(endEpochSecond).minus(TokenFormat.CLOCK_SKEW);
  }
}
