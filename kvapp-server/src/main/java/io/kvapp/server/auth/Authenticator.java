package io.kvapp.server.auth;

import io.kvapp.KVException;
import io.kvapp.ServerSettings;
import io.kvapp.server.auth.gate.BindScope;
import io.kvapp.server.auth.password.Credentials;
import io.kvapp.server.auth.password.PasswordCheck;
import io.kvapp.server.auth.password.RightPasswords;
import io.kvapp.server.auth.token.AuthState;
import io.kvapp.server.auth.token.AuthStateSource;
import io.kvapp.server.auth.token.TokenFormat;
import io.kvapp.server.auth.token.TokenVerifier;
import io.kvapp.server.auth.token.VerifiedToken;
import io.kvapp.server.auth.users.Caller;
import io.kvapp.server.auth.users.User;
import io.kvapp.server.auth.users.Users;
import io.kvapp.server.http.message.HttpException;
import io.kvapp.server.settings.AuthSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Issues tokens and verifies them.
 *
 * <p>Without a users file, every caller gets a token that grants everything; a {@link
 * io.kvapp.server.auth.gate.LocalGate} sees to it that callers are on this machine. With one,
 * tokens are for its users, and end when the entry of their user changes or goes.
 *
 * <p>All methods may be called from any thread.
 */
public final class Authenticator {
  private final AuthSettings settings;
  private final InstantSource clock;
  private final AuthStateSource states;
  private final TokenVerifier verifier;
  private final PasswordCheck passwordCheck;
  private final RightPasswords rightPasswords;

  private Authenticator(AuthSettings settings, Optional<Path> dataFolder, InstantSource clock) {
    this.settings = settings;
    this.clock = clock;
    this.states = AuthStateSource.open(settings, dataFolder, clock);
    this.verifier = new TokenVerifier(states, settings.tokenLifetime(), clock);
    this.passwordCheck = new PasswordCheck(clock);
    this.rightPasswords = new RightPasswords(clock);
  }

  /**
   * An authenticator whose key is in the data folder, or in memory where the server has none.
   * Opened before the server binds its address.
   *
   * @param settings how tokens are made and checked
   * @param server the server's address, clock, and data folder, which exists
   * @throws KVException if other machines can reach the address and there are no users, or if a
   *     file cannot be read, written or used; the message says what to do
   */
  public static Authenticator open(AuthSettings settings, ServerSettings server) {
    if (settings.usersFile().isEmpty() && !BindScope.isThisMachineOnly(server.host())) {
      throw new KVException(
          "listening on "
              + server.host()
              + " would give everything to everyone who can reach it, as there are no users; name a"
              + " users file (--users FILE, made by: kvapp users add --file FILE NAME), or"
              + " listen on localhost");
    }
    return new Authenticator(settings, server.dataFolder(), server.clock());
  }

  /**
   * Does nothing if the settings name a signing key, which servers of one store can share.
   *
   * @throws KVException if they name none; the message says what to do
   */
  public static void requireSharedKey(AuthSettings settings) {
    if (!settings.namesSigningKey()) {
      throw new KVException(
          "other servers have the same store, and each would refuse the tokens of the others;"
              + " give all of them one signing key (--signing-key FILE, made by: kvapp key create"
              + " --file FILE)");
    }
  }

  /** An authenticator without users or files, for a server on this machine. */
  public static Authenticator inMemory(InstantSource clock) {
    return new Authenticator(AuthSettings.defaults(), Optional.empty(), clock);
  }

  /** Whether {@link #issue} needs credentials, because there is a users file. */
  public boolean needsCredentials() {
    return settings.usersFile().isPresent();
  }

  /**
   * Issues a token. With users, this thread spends a good part of a second on the password.
   *
   * @throws HttpException.CredentialsMissing if credentials are needed and the request has none
   * @throws HttpException.CredentialsWrong if user or password is wrong
   * @throws HttpException.SlowedDown if there were too many attempts
   */
  public String issue(SignIn signIn) {
    return issue(signIn, Optional.empty()).token();
  }

  /**
   * Issues a token as {@link #issue} does, that can be renewed until the session ends.
   *
   * @throws HttpException as {@link #issue} throws
   */
  public IssuedToken signIn(SignIn signIn) {
    return issue(signIn, Optional.of(clock.instant()));
  }

  /**
   * Issues a token for the caller of a valid one, without a password, as long as the session lasts
   * that began when the password was given. The new token ends with the session, too.
   *
   * @param token as the request holds it; null where there is none
   * @throws HttpException.TokenMissing if {@code token} is null or empty
   * @throws HttpException.TokenInvalid if it is not valid, or the session has ended; its code tells
   *     which
   */
  public IssuedToken renew(String token) {
    VerifiedToken verified = verifier.verified(token);
    Instant begun = Instant.ofEpochSecond(verified.signedInEpochSecond());
    Duration left = Duration.between(clock.instant(), begun.plus(settings.sessionLifetime()));
    if (left.toSeconds() < 1) {
      throw HttpException.TokenInvalid.expired();
    }
    Duration lifetime =
        left.compareTo(settings.tokenLifetime()) < 0 ? left : settings.tokenLifetime();
    return sign(
        states.current(), verified.caller(), verified.stamp(), Optional.of(begun), lifetime);
  }

  /**
   * From when a valid token is not valid any more.
   *
   * @throws HttpException as {@link #verify} throws
   */
  public Instant expiry(String token) {
    return verifier.verified(token).expiresAt();
  }

  private IssuedToken issue(SignIn signIn, Optional<Instant> sessionBegun) {
    AuthState current = states.current();
    if (current.users().isEmpty()) {
      Caller local = Caller.unlimited(Caller.LOCAL_USER);
      return sign(current, local, Optional.empty(), sessionBegun, settings.tokenLifetime());
    }
    Credentials credentials =
        signIn.credentials().orElseThrow(HttpException.CredentialsMissing::new);
    User user =
        passwordCheck.user(
            current.users().get(),
            credentials,
            signIn.address(),
            verifier.ofEarlierSignIn(current, signIn.token(), credentials.user()));
    Optional<String> stamp = Optional.of(user.password().stamp());
    return sign(current, user.caller(), stamp, sessionBegun, settings.tokenLifetime());
  }

  /**
   * The caller with these credentials, for clients that send them with each request. That they are
   * right is remembered for five minutes, unless the entry of the user changes.
   *
   * @throws HttpException as {@link #issue} throws
   * @throws IllegalStateException without users
   */
  public Caller signedIn(SignIn signIn) {
    Users users = states.current().users().orElseThrow(IllegalStateException::new);
    Credentials credentials =
        signIn.credentials().orElseThrow(HttpException.CredentialsMissing::new);
    Optional<User> known = rightPasswords.user(users, credentials);
    if (known.isPresent()) {
      return known.get().caller();
    }
    User user = passwordCheck.user(users, credentials, signIn.address(), OptionalLong.empty());
    rightPasswords.remember(user, credentials);
    return user.caller();
  }

  /**
   * The caller that a token names, with what it may do.
   *
   * @param token as the request holds it; null where there is none
   * @throws HttpException.TokenMissing if {@code token} is null or empty
   * @throws HttpException.TokenInvalid if it is not a valid token of this server
   */
  public Caller verify(String token) {
    return verifier.verified(token).caller();
  }

  /**
   * Looks whether the grant of a caller whose token was verified still stands, as a long response
   * asks now and then. That the token has expired meanwhile does not matter.
   *
   * @throws HttpException.TokenInvalid if the user was removed, or its password or grant changed,
   *     more than a second ago
   */
  public void requireGrant(Caller caller) {
    if (!states.current().users().map(users -> users.grant(caller)).orElse(true)) {
      throw new HttpException.TokenInvalid();
    }
  }

  private IssuedToken sign(
      AuthState current,
      Caller caller,
      Optional<String> stamp,
      Optional<Instant> sessionBegun,
      Duration lifetime) {
    Instant now = clock.instant();
    String token =
        TokenFormat.sign(caller, stamp, sessionBegun, now, lifetime, current.keys().signing());
    Instant expiresAt = now.plus(lifetime).truncatedTo(ChronoUnit.SECONDS);
    return new IssuedToken(token, expiresAt, caller);
  }
}
