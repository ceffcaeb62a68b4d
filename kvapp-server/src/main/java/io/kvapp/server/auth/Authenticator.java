package io.kvapp.server.auth;

import io.kvapp.KVException;
import io.kvapp.ServerSettings;
import io.kvapp.server.auth.SigningKeys.Key;
import io.kvapp.server.auth.VerifiedTokens.Hash;
import io.kvapp.server.auth.VerifiedTokens.Verified;
import io.kvapp.server.file.WatchedFiles;
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
  private record View(SigningKeys keys, Optional<Users> users, VerifiedTokens tokens) {}

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

  private Authenticator(
      AuthSettings settings, String host, Optional<Path> dataFolder, InstantSource clock) {
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
  public static Authenticator open(AuthSettings settings, ServerSettings server) {
    if (settings.usersFile().isEmpty() && !Exposure.isThisMachineOnly(server.host())) {
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
    return new Authenticator(
        AuthSettings.defaults(), ServerSettings.DEFAULT_HOST, Optional.empty(), clock);
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
  public String issue(Caller caller) {
    View current = view();
    if (current.users().isEmpty()) {
      requireLocal(caller);
      return sign(current, Principal.unlimited(LOCAL_USER), Optional.empty());
    }
    Credentials credentials =
        caller.credentials().orElseThrow(AccessException.CredentialsMissing::new);
    User user =
        passwordCheck.user(
            current.users().get(),
            credentials,
            caller.address(),
            earlierToken(current, caller.token(), credentials.user()));
    return sign(current, user.principal(), Optional.of(user.password().stamp()));
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
        .filter(earlier -> earlier.principal().user().equals(User.normalized(userName)))
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
  public Principal verify(String token) {
    return verified(token, view()).principal();
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
    public Principal principal() {
      return verified.principal();
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

  private String sign(View current, Principal principal, Optional<String> stamp) {
    return TokenFormat.sign(
        principal, stamp, clock.instant(), settings.tokenLifetime(), current.keys().signing());
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
        .flatMap(users -> users.find(verified.principal().user()))
        .filter(user -> verified.stamp().isEmpty() || isIssuedFor(user, verified))
        .map(user -> verified.withPrincipal(user.principal()));
  }

  private static boolean isIssuedFor(User user, Verified verified) {
    return verified.stamp().equals(Optional.of(user.password().stamp()))
        && verified.principal().role() == user.role()
        && verified.principal().prefixes().equals(user.prefixes());
  }

  private void requireLocal(Caller caller) {
    if (!caller.address().isLoopbackAddress()) {
      throw new AccessException.Forbidden(
          "tokens are handed out on this machine only, as no users are set up");
    }
    if (!HostHeader.isOwn(caller.host(), host)) {
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
    return new View(keys, users, new VerifiedTokens(CACHED_TOKENS));
  }

  private static Source<SigningKeys> keys(
      AuthSettings settings, Optional<Path> dataFolder, InstantSource clock) {
    if (settings.signingKeys().isPresent()) {
      return Source.of(SigningKeys.parse("the given signing key", settings.signingKeys().get()));
    }
    Optional<KeyFile> named = settings.signingKeyFile().map(KeyFile::new);
    Optional<KeyFile> file = named.or(() -> dataFolder.map(KeyFile::ofFolder));
    if (file.isEmpty()) {
      return Source.of(SigningKeys.random());
    }
    KeyFile used = file.get();
    if (named.isEmpty()) {
      used.createIfAbsent();
    }
    return Source.of(
        new WatchedFiles<>("signing key file", List.of(used.path()), List.of(), used::read, clock));
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
