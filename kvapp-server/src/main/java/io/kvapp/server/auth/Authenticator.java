package io.kvapp.server.auth;

import io.kvapp.KVException;
import io.kvapp.ServerSettings;
import io.kvapp.server.auth.gate.BindScope;
import io.kvapp.server.auth.password.Credentials;
import io.kvapp.server.auth.password.PasswordCheck;
import io.kvapp.server.auth.token.AuthState;
import io.kvapp.server.auth.token.AuthStateSource;
import io.kvapp.server.auth.token.TokenFormat;
import io.kvapp.server.auth.token.TokenVerifier;
import io.kvapp.server.auth.users.Caller;
import io.kvapp.server.auth.users.User;
import io.kvapp.server.http.message.HttpException;
import io.kvapp.server.settings.AuthSettings;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Optional;

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

  private Authenticator(AuthSettings settings, Optional<Path> dataFolder, InstantSource clock) {
    this.settings = settings;
    this.clock = clock;
    this.states = AuthStateSource.open(settings, dataFolder, clock);
    this.verifier = new TokenVerifier(states, settings.tokenLifetime(), clock);
    this.passwordCheck = new PasswordCheck(clock);
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
              + " users file (--users FILE, made by: kvapp-server users add --file FILE NAME), or"
              + " listen on localhost");
    }
    return new Authenticator(settings, server.dataFolder(), server.clock());
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
    AuthState current = states.current();
    if (current.users().isEmpty()) {
      return sign(current, Caller.unlimited(Caller.LOCAL_USER), Optional.empty());
    }
    Credentials credentials =
        signIn.credentials().orElseThrow(HttpException.CredentialsMissing::new);
    User user =
        passwordCheck.user(
            current.users().get(),
            credentials,
            signIn.address(),
            verifier.ofEarlierSignIn(current, signIn.token(), credentials.user()));
    return sign(current, user.caller(), Optional.of(user.password().stamp()));
  }

  /**
   * The caller that a token names, with what it may do.
   *
   * @param token as the request holds it; null where there is none
   * @throws HttpException.TokenMissing if {@code token} is null or empty
   * @throws HttpException.TokenInvalid if it is not a valid token of this server
   */
  public Caller verify(String token) {
    return verifier.verify(token);
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

  private String sign(AuthState current, Caller caller, Optional<String> stamp) {
    return TokenFormat.sign(
        caller, stamp, clock.instant(), settings.tokenLifetime(), current.keys().signing());
  }
}
