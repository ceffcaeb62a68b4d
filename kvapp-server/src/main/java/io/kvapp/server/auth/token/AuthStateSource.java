package io.kvapp.server.auth.token;

import io.kvapp.KVException;
import io.kvapp.server.auth.users.Users;
import io.kvapp.server.auth.users.UsersFile;
import io.kvapp.server.file.FileTrust;
import io.kvapp.server.file.WatchedFiles;
import io.kvapp.server.settings.AuthSettings;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Where the signing keys and the users come from. Both may change while the server runs: their
 * files are looked at again at most once a second.
 *
 * <p>All methods may be called from any thread.
 */
public final class AuthStateSource {
  private final Source<SigningKeys> keys;
  private final Source<Optional<Users>> users;
  private volatile AuthState state;

  /**
   * Something that may change while the server runs.
   *
   * @param get what it was within the last second
   * @param latest what it is now
   */
  private record Source<T>(Supplier<T> get, Supplier<T> latest) {
    static <T> Source<T> of(T unchanging) {
      return new Source<>(() -> unchanging, () -> unchanging);
    }

    static <T> Source<T> of(WatchedFiles<T> files) {
      return new Source<>(files::get, files::latest);
    }
  }

  private AuthStateSource(Source<SigningKeys> keys, Source<Optional<Users>> users) {
    this.keys = keys;
    this.users = users;
    this.state = AuthState.of(keys.get().get(), users.get().get());
  }

  /**
   * Reads the users and the keys, and makes a key where there is none.
   *
   * @param dataFolder holds the key where the settings name none; empty keeps it in memory
   * @throws KVException if a file cannot be read, written or used, or other users can change one or
   *     the data folder; the message says what to do
   */
  public static AuthStateSource open(
      AuthSettings settings, Optional<Path> dataFolder, InstantSource clock) {
    dataFolder.ifPresent(folder -> FileTrust.requireFolder("data folder", folder));
    Source<Optional<Users>> users =
        settings
            .usersFile()
            .map(file -> Source.of(UsersFile.watch(file, clock)))
            .orElseGet(() -> Source.of(Optional.empty()));
    return new AuthStateSource(keys(settings, dataFolder, clock), users);
  }

  /** What it was within the last second. */
  public AuthState current() {
    return of(keys.get().get(), users.get().get());
  }

  /** What it is now. The same object as {@link #current()} gave, if nothing has changed. */
  AuthState latest() {
    return of(keys.latest().get(), users.latest().get());
  }

  private AuthState of(SigningKeys keysNow, Optional<Users> usersNow) {
    AuthState current = state;
    if (current.keys() != keysNow || current.users() != usersNow) {
      current = AuthState.of(keysNow, usersNow);
      state = current;
    }
    return current;
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
}
