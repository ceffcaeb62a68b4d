package io.kvapp.server.auth.token;

import io.kvapp.server.auth.token.SigningKeys.Key;
import io.kvapp.server.auth.users.User;
import io.kvapp.server.http.message.HttpException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Tells whose token it is. With users, a token ends when the entry of its user changes or goes.
 *
 * <p>All methods may be called from any thread.
 */
public final class TokenVerifier {
  /** For how long an expired token tells its user from strangers. */
  private static final Duration RETURN_TIME = Duration.ofDays(30);

  private final AuthStateSource states;
  private final Duration tokenLifetime;
  private final InstantSource clock;

  /** A verifier for a server whose tokens live for {@code tokenLifetime}. */
  public TokenVerifier(AuthStateSource states, Duration tokenLifetime, InstantSource clock) {
    this.states = states;
    this.tokenLifetime = tokenLifetime;
    this.clock = clock;
  }

  /**
   * What a token says, with what its caller may do.
   *
   * @param token as the request holds it; null where there is none
   * @throws HttpException.TokenMissing if {@code token} is null or empty
   * @throws HttpException.TokenInvalid if it is not a valid token of this server
   */
  public VerifiedToken verified(String token) {
    if (token == null || token.isEmpty()) {
      throw new HttpException.TokenMissing();
    }
    if (token.length() > TokenFormat.MAX_TOKEN_CHARS) {
      throw new HttpException.TokenInvalid();
    }
    Instant now = clock.instant();
    AuthState current = states.current();
    TokenHash hash = TokenHash.of(token);
    VerifiedToken verified = current.tokens().get(hash);
    if (verified == null) {
      verified =
          verifyAnew(token, current, now)
              .or(() -> verifyByLatest(token, current, now))
              .orElseThrow(() -> refusal(token, current, now));
      current.tokens().put(hash, verified);
    }
    if (now.getEpochSecond() >= verified.endEpochSecond()) {
      throw HttpException.TokenInvalid.expired();
    }
    return verified;
  }

  /** Tells an expired token from one that never was valid. */
  private static HttpException refusal(String token, AuthState current, Instant now) {
    boolean hasExpired =
        current.keys().all().stream()
            .flatMap(key -> TokenFormat.verify(token, now, RETURN_TIME, key.secret()).stream())
            .anyMatch(earlier -> earlier.endEpochSecond() <= now.getEpochSecond());
    return hasExpired ? HttpException.TokenInvalid.expired() : new HttpException.TokenInvalid();
  }

  /**
   * The hash of a token that shows its bearer to be no stranger: one that this user got in an
   * earlier sign-in with the same password. It may have expired, and its key may have been
   * replaced.
   *
   * @param token null where there is none
   * @return empty where there is none, or it shows nothing
   */
  public OptionalLong ofEarlierSignIn(AuthState current, String token, String userName) {
    if (token == null || token.isEmpty()) {
      return OptionalLong.empty();
    }
    // The token is looked at first, and so takes as long for an unknown user as for a known one.
    Instant now = clock.instant();
    String name = User.normalized(userName);
    boolean isOfUser =
        current.keys().all().stream()
            .flatMap(key -> TokenFormat.verify(token, now, RETURN_TIME, key.secret()).stream())
            .filter(earlier -> earlier.caller().user().equals(name))
            .anyMatch(earlier -> isOfPasswordNow(current, earlier));
    return isOfUser ? OptionalLong.of(TokenHash.of(token).first()) : OptionalLong.empty();
  }

  private Optional<VerifiedToken> verifyAnew(String token, AuthState current, Instant now) {
    for (Key key : current.keys().verifying(now, tokenLifetime)) {
      Optional<VerifiedToken> found = TokenFormat.verify(token, now, key.secret());
      if (found.isPresent()) {
        return found
            .flatMap(verified -> current.users().isEmpty() ? found : ofUser(current, verified))
            .map(verified -> verified.endingBy(key.end(tokenLifetime).getEpochSecond()));
      }
    }
    return Optional.empty();
  }

  /**
   * Tries a token against the files as they are now: another server may have signed it with a key,
   * or for a user, that this server has not seen yet. Looking costs less than verifying, so it is
   * not limited.
   */
  private Optional<VerifiedToken> verifyByLatest(String token, AuthState tried, Instant now) {
    AuthState latest = states.latest();
    return latest == tried ? Optional.empty() : verifyAnew(token, latest, now);
  }

  /**
   * The token with the grant of its user, if that user still exists. A token that was issued for an
   * earlier entry of the user is not valid any more; one without a stamp was made elsewhere, with
   * the same key.
   */
  private static Optional<VerifiedToken> ofUser(AuthState current, VerifiedToken verified) {
    return current
        .users()
        .flatMap(users -> users.find(verified.caller().user()))
        .filter(user -> verified.stamp().isEmpty() || isIssuedFor(user, verified))
        .map(user -> verified.withCaller(user.caller()));
  }

  private static boolean isOfPasswordNow(AuthState current, VerifiedToken earlier) {
    return current
        .users()
        .flatMap(users -> users.find(earlier.caller().user()))
        .filter(user -> hasStampOf(user, earlier))
        .isPresent();
  }

  private static boolean isIssuedFor(User user, VerifiedToken verified) {
    return hasStampOf(user, verified)
        && verified.caller().role() == user.role()
        && verified.caller().prefixes().equals(user.prefixes());
  }

  private static boolean hasStampOf(User user, VerifiedToken verified) {
    return verified.stamp().equals(Optional.of(user.password().stamp()));
  }
}
