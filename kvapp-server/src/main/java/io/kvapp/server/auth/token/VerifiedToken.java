package io.kvapp.server.auth.token;

import io.kvapp.server.auth.users.Caller;
import java.util.Optional;

/**
 * The content of a token that this server has verified.
 *
 * <p>Immutable, safe for any thread.
 *
 * @param caller the caller that it names
 * @param stamp tells the entry of its user from later entries; empty where the token has none
 * @param endEpochSecond the second from which it is not valid any more
 */
record VerifiedToken(Caller caller, Optional<String> stamp, long endEpochSecond) {
  VerifiedToken withCaller(Caller other) {
    return new VerifiedToken(other, stamp, endEpochSecond);
  }

  VerifiedToken endingBy(long epochSecond) {
    return new VerifiedToken(caller, stamp, Math.min(endEpochSecond, epochSecond));
  }
}
