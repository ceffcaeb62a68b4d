package io.kvapp.server.command.doctor;

import io.kvapp.KVException;
import io.kvapp.server.auth.token.KeyFile;
import io.kvapp.server.auth.token.SigningKeys;
import io.kvapp.server.settings.AuthSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The key that signs tokens.
 *
 * <p>For one thread; used once.
 */
final class KeyCheck implements Check {
  private static final String CHECK = "signing key";

  private final AuthSettings settings;
  private final Optional<Path> folder;
  private final boolean isShared;

  /**
   * A check.
   *
   * @param isShared whether other servers have the same store
   */
  KeyCheck(AuthSettings settings, Optional<Path> folder, boolean isShared) {
    this.settings = settings;
    this.folder = folder;
    this.isShared = isShared;
  }

  @Override
  public List<Finding> findings() {
    if (settings.signingKeys().isPresent()) {
      return List.of(given(settings.signingKeys().get()));
    }
    if (settings.signingKeyFile().isPresent()) {
      return List.of(of(new KeyFile(settings.signingKeyFile().get())));
    }
    if (isShared) {
      return List.of(
          Finding.fail(
              CHECK,
              "none, and the servers of one store share one",
              "give all of them --signing-key FILE, made by: kvapp key create --file FILE"));
    }
    Optional<KeyFile> own = folder.map(KeyFile::ofFolder);
    return List.of(
        own.filter(file -> Files.exists(file.path()))
            .map(KeyCheck::of)
            .orElseGet(
                () ->
                    Finding.ok(
                        CHECK,
                        own.isPresent()
                            ? "none yet; serve makes a random one in the data folder"
                            : "a random one that ends with the server")));
  }

  private static Finding given(String keys) {
    try {
      return ok(SigningKeys.parse("the given signing key", keys), "the environment");
    } catch (KVException unusable) {
      return Finding.fail(CHECK, unusable);
    }
  }

  private static Finding of(KeyFile file) {
    return new SecretFile(CHECK, file.path()).finding(() -> read(file));
  }

  private static Finding read(KeyFile file) throws IOException {
    return ok(file.read(), file.path().toString());
  }

  private static Finding ok(SigningKeys keys, String place) {
    return Finding.ok(CHECK, keys.all().size() + " in " + place + ", of which the first signs");
  }
}
