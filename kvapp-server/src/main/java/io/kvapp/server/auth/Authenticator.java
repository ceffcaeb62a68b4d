package io.kvapp.server.auth;

import io.kvapp.KVException;
import io.kvapp.Settings;
import io.kvapp.server.auth.gate.BindScope;
import io.kvapp.server.auth.gate.HostHeader;
import io.kvapp.server.auth.password.Credentials;
import io.kvapp.server.auth.password.PasswordCheck;
import io.kvapp.server.auth.token.KeyFile;
import io.kvapp.server.auth.token.SigningKeys;
import io.kvapp.server.auth.token.SigningKeys.Key;
import io.kvapp.server.auth.token.TokenCache;
import io.kvapp.server.auth.token.TokenCache.Hash;
import io.kvapp.server.auth.token.TokenCache.Verified;
import io.kvapp.server.auth.token.TokenFormat;
import io.kvapp.server.auth.users.Caller;
import io.kvapp.server.auth.users.User;
import io.kvapp.server.auth.users.Users;
import io.kvapp.server.auth.users.UsersFile;
import io.kvapp.server.file.WatchedFiles;
import io.kvapp.server.settings.AuthSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one that hands tokens out and knows them again.
 *
 * <p>Without a users file, whoever calls from this machine gets a token that grants everything.
 * With one, tokens are for its users, and end when the entry of their user changes or goes.
 *
 * <p>All methods may be called from any thread.
 */
public final class Authenticator {
  /** The user that a token names when it was handed out without credentials. */
  public static final String LOCAL_USER = "local";

  private static final Logger LOG = LoggerFactory.getLogger(Authenticator.class);
  private static final int CACHED_TOKENS = 10_000;

  /** For how long an expired token tells its user from strangers. */
  private static final Duration RETURN_TIME = Duration.ofDays(30);

  private final AuthSettings settings;
  private final String host;
  private final InstantSource clock;
  private final Source<SigningKeys> keySource;
  private final Source<Optional<Users>> userSource;
  private final PasswordCheck passwordCheck;
  private volatile View view;

  /** What tokens are checked against, and those that were. They are replaced together. */
  private record View(SigningKeys keys, Optional<Users> users, TokenCache tokens) {}

  /**
   * What may change while the server runs.
   *
   * @param get what it was within the last second
   * @param latest what it is
   */
  private record Source<T>(Supplier<T> get, Supplier<T> latest) {
    static <T> Source<T> of(T unchanging) {
      return new Source<>(() -> unchanging, () -> unchanging);
    }

    static <T> Source<T> of(WatchedFiles<T> files) {
      return new Source<>(files::get, files::latest);
    }
  }

  private Authenticator(AuthSettings settings, String host, Path dataFolder, InstantSource clock) {
    this.settings = settings;
    this.host = host;
    this.clock = clock;
    this.userSource =
        settings
            .usersFile()
            .map(file -> users(file, clock))
            .orElseGet(() -> Source.of(Optional.empty()));
    this.keySource = keys(settings, dataFolder, clock);
    this.passwordCheck = new PasswordCheck(clock);
    this.view = newView(keySource.get().get(), userSource.get().get());
  }

  /**
   * An authenticator whose key is in the data folder, or in memory where the server has none.
   * Opened before the server binds its address.
   *
   * @param settings how tokens are made and checked
   * @param server the server's address, data folder, which exists, and clock
   * @throws KVException if the address can be reached from other machines and there are no users,
   *     or a file cannot be read, written or used; the message says what to do
   */
  public static Authenticator open(AuthSettings settings, Settings server) {
    if (settings.usersFile().isEmpty() && !BindScope.isThisMachineOnly(server.host())) {
      throw new KVException(
          "listening on "
              + server.host()
              + " would give everything to everyone who can reach it, as there are no users; name a"
              + " users file (--users FILE, made by: kvapp-server users add --file FILE NAME), or"
              + " listen on localhost");
    }
    return new Authenticator(settings, server.host(), server.dataFolder(), server.clock());
  }

  /** An authenticator without users or files, for a server on this machine. */
  public static Authenticator inMemory(InstantSource clock) {
    return new Authenticator(AuthSettings.defaults(), Settings.DEFAULT_HOST, null, clock);
  }

  /** Whether {@link #issue} needs credentials, as there is a users file. */
  public boolean needsCredentials() {
    return settings.usersFile().isPresent();
  }

  /**
   * A new token. With users, checking a password takes a good part of a second of this thread.
   *
   * @throws AccessException.CredentialsMissing if the caller sent none and needs them
   * @throws AccessException.CredentialsWrong if user or password is wrong
   * @throws AccessException.SlowedDown if there were too many attempts
   * @throws AccessException.Forbidden if tokens are for callers on this machine only, and this one
   *     is not
   */
  public String issue(SignIn signIn) {
    View current = view();
    if (current.users().isEmpty()) {
      requireLocal(signIn);
      return sign(current, Caller.unlimited(LOCAL_USER), Optional.empty());
    }
    Credentials credentials =
        signIn.credentials().orElseThrow(AccessException.CredentialsMissing::new);
    User user =
        passwordCheck.user(
            current.users().get(),
            credentials,
            signIn.address(),
            earlierToken(current, signIn.token(), credentials.user()));
    return sign(current, user.caller(), Optional.of(user.password().stamp()));
  }

  /**
   * What tells the caller from strangers: the hash of a token that this user got in an earlier
   * sign-in with the same password. It may have expired, and its key may have been replaced.
   */
  private Optional<Hash> earlierToken(View current, String token, String userName) {
    if (token == null || token.isEmpty()) {
      return Optional.empty();
    }
    Instant now = clock.instant();
    Optional<String> stamp =
        current.users().flatMap(users -> users.find(userName)).map(user -> user.password().stamp());
    return current.keys().all().stream()
        .flatMap(key -> TokenFormat.verify(token, now, RETURN_TIME, key.secret()).stream())
        .filter(earlier -> earlier.caller().user().equals(User.normalized(userName)))
        .filter(earlier -> stamp.isPresent() && earlier.stamp().equals(stamp))
        .map(earlier -> Hash.of(token))
        .findFirst();
  }

  /**
   * The bearer of a token.
   *
   * @param token as the request holds it; null where there is none
   * @throws AccessException.TokenMissing if {@code token} is null or empty
   * @throws AccessException.TokenInvalid if it is not a valid token of this server
   */
  public Caller verify(String token) {
    return verified(token, view()).caller();
  }

  private Verified verified(String token, View current) {
    if (token == null || token.isEmpty()) {
      throw new AccessException.TokenMissing();
    }
    if (token.length() > TokenFormat.MAX_TOKEN_CHARS) {
      throw new AccessException.TokenInvalid();
    }
    Instant now = clock.instant();
    Hash hash = Hash.of(token);
    Verified verified = current.tokens().get(hash);
    if (verified == null) {
      verified =
          verifyAnew(token, current, now)
              .or(() -> verifyByLatest(token, current, now))
              .orElseThrow(AccessException.TokenInvalid::new);
      current.tokens().put(hash, verified);
    }
    requireNotOver(verified, now);
    return verified;
  }

  private static void requireNotOver(Verified verified, Instant now) {
    if (now.getEpochSecond() >= verified.endEpochSecond()) {
      throw new AccessException.TokenInvalid();
    }
  }

  /**
   * A token that was verified, to be known again without reading it anew.
   *
   * <p>Immutable, safe for any thread.
   */
  public static final class Bearer {
    private final String token;
    private final View view;
    private final Verified verified;

    private Bearer(String token, View view, Verified verified) {
      this.token = token;
      this.view = view;
      this.verified = verified;
    }

    /** What the token grants. */
    public Caller caller() {
      return verified.caller();
    }
  }

  /**
   * The bearer of a token, as {@link #verify(String)}.
   *
   * @param last what an earlier call has returned, by which the same string object is known again;
   *     null where there is none
   */
  public Bearer verify(String token, Bearer last) {
    View current = view();
    if (last != null && last.token == token && last.view == current) {
      requireNotOver(last.verified, clock.instant());
      return last;
    }
    return new Bearer(token, current, verified(token, current));
  }

  private String sign(View current, Caller caller, Optional<String> stamp) {
    return TokenFormat.sign(
        caller, stamp, clock.instant(), settings.tokenLifetime(), current.keys().signing());
  }

  private Optional<Verified> verifyAnew(String token, View current, Instant now) {
    for (Key key : current.keys().verifying(now, settings.tokenLifetime())) {
      Optional<Verified> found = TokenFormat.verify(token, now, key.secret());
      if (found.isPresent()) {
        return found
            .flatMap(verified -> current.users().isEmpty() ? found : ofUser(current, verified))
            .map(verified -> verified.endingBy(end(key)));
      }
    }
    return Optional.empty();
  }

  /**
   * A token that this server cannot verify may be one that another server has signed, with a key or
   * for a user that is newer than the files were when they were looked at. To look costs less than
   * to verify, so it is not limited.
   */
  private Optional<Verified> verifyByLatest(String token, View looked, Instant now) {
    View latest = view(keySource.latest().get(), userSource.latest().get());
    return latest == looked ? Optional.empty() : verifyAnew(token, latest, now);
  }

  private long end(Key key) {
    return key.end(settings.tokenLifetime()).getEpochSecond();
  }

  /**
   * The token with the grant of its user, if there still is that user. A token that was issued for
   * an earlier entry of the user is not valid any more; one without a stamp was made elsewhere,
   * with the same key.
   */
  private static Optional<Verified> ofUser(View current, Verified verified) {
    return current
        .users()
        .flatMap(users -> users.find(verified.caller().user()))
        .filter(user -> verified.stamp().isEmpty() || isIssuedFor(user, verified))
        .map(user -> verified.withCaller(user.caller()));
  }

  private static boolean isIssuedFor(User user, Verified verified) {
    return verified.stamp().equals(Optional.of(user.password().stamp()))
        && verified.caller().role() == user.role()
        && verified.caller().prefixes().equals(user.prefixes());
  }

  private void requireLocal(SignIn signIn) {
    if (!signIn.address().isLoopbackAddress()) {
      throw new AccessException.Forbidden(
          "tokens are handed out on this machine only, as no users are set up");
    }
    if (!HostHeader.isOwn(signIn.host(), host)) {
      throw new AccessException.Forbidden(
          "without users, tokens are handed out to requests to localhost, and this request's Host"
              + " header names another host");
    }
  }

  private View view() {
    return view(keySource.get().get(), userSource.get().get());
  }

  private View view(SigningKeys keys, Optional<Users> users) {
    View current = view;
    if (current.keys() != keys || current.users() != users) {
      current = newView(keys, users);
      view = current;
    }
    return current;
  }

  private static View newView(SigningKeys keys, Optional<Users> users) {
    return new View(keys, users, new TokenCache(CACHED_TOKENS));
  }

  private static Source<SigningKeys> keys(
      AuthSettings settings, Path dataFolder, InstantSource clock) {
    if (settings.signingKeys().isPresent()
        || dataFolder == null && settings.signingKeyFile().isEmpty()) {
      SigningKeys unchanging =
          settings
              .signingKeys()
              .map(text -> SigningKeys.parse("the given signing key", text))
              .orElseGet(SigningKeys::random);
      return Source.of(unchanging);
    }
    KeyFile file =
        settings.signingKeyFile().map(KeyFile::new).orElseGet(() -> KeyFile.ofFolder(dataFolder));
    if (settings.signingKeyFile().isEmpty()) {
      file.createIfAbsent();
    }
    return Source.of(
        new WatchedFiles<>("signing key file", List.of(file.path()), List.of(), file::read, clock));
  }

  private static Source<Optional<Users>> users(Path file, InstantSource clock) {
    WatchedFiles<Optional<Users>> watched =
        new WatchedFiles<>(
            "users file", List.of(file), List.of(), () -> Optional.of(UsersFile.read(file)), clock);
    if (watched.get().get().all().isEmpty()) {
      LOG.warn(
          "users file {} has no users, so nobody gets in; add one with: kvapp-server users add"
              + " --file {} NAME",
          file,
          file);
    }
    return Source.of(watched);
  }
}
