package io.kvapp.server.auth.token;

import io.kvapp.KVException;
import io.kvapp.server.file.FileErrors;
import io.kvapp.server.file.LockedFile;
import io.kvapp.server.file.OwnerOnlyFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;

/**
 * The file of the keys that sign tokens, which only its owner reads.
 *
 * <p>All methods may be called from any thread, and while servers use the file.
 */
public final class KeyFile {
  private static final String NAME_IN_FOLDER = "token.key";

  private final Path path;

  /** The file at {@code path}. */
  public KeyFile(Path path) {
    this.path = path;
  }

  /** The file of a data folder. */
  public static KeyFile ofFolder(Path dataFolder) {
    return new KeyFile(dataFolder.resolve(NAME_IN_FOLDER));
  }

  /** Where it is. */
  public Path path() {
    return path;
  }

  /**
   * Writes a new random key.
   *
   * @throws KVException if the file is there already, which is left alone then, or cannot be
   *     written
   */
  public void create() {
    try {
      OwnerOnlyFile.create(path, SigningKeys.random().format());
    } catch (FileAlreadyExistsException exists) {
      throw new KVException(
          "signing key file " + path + " is there already; use it, or delete it first", exists);
    } catch (IOException failure) {
      throw failed("written", failure);
    }
  }

  /**
   * Puts a new random key in front, which signs from now on. The one that signed goes on verifying,
   * at each server for as long as its tokens live, so no server's lifetime has to be known here.
   *
   * @param now the time
   * @param tokenLifetime how long tokens live at most; keys that were replaced longer ago are
   *     dropped
   * @throws KVException if the file cannot be read, used or written, or would hold too many keys
   */
  public void rotate(Instant now, Duration tokenLifetime) {
    try {
      LockedFile.change(
          path, () -> read().rotated(now, tokenLifetime).orElseThrow(this::tooManyKeys).format());
    } catch (IOException failure) {
      throw failed("replaced", failure);
    }
  }

  /**
   * Writes a new random key if there is no file yet. Of many that do so at a time, one key is
   * written, which all of them read afterwards.
   *
   * @throws KVException if the file cannot be written
   */
  public void createIfAbsent() {
    try {
      OwnerOnlyFile.createIfAbsent(path, () -> SigningKeys.random().format());
    } catch (IOException failure) {
      throw failed("written", failure);
    }
  }

  /**
   * The keys in the file.
   *
   * @throws KVException if it does not hold keys
   */
  public SigningKeys read() throws IOException {
    // Each byte is a character here, so that no content fails to decode.
    return SigningKeys.parse(
        "signing key file " + path, Files.readString(path, StandardCharsets.ISO_8859_1));
  }

  private KVException tooManyKeys() {
    return new KVException(
        "signing key file "
            + path
            + " has "
            + SigningKeys.MAX_KEYS
            + " keys whose tokens may still be valid, and is left as it is; name the lifetime of the"
            + " servers' tokens (--token-lifetime), or rotate later");
  }

  private KVException failed(String verb, IOException failure) {
    return new KVException(
        "signing key file " + path + " cannot be " + verb + ": " + FileErrors.reason(failure),
        failure);
  }
}
