package io.kvapp.server.settings;

import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;

/**
 * Where the certificate and its private key are. A change of the files is in use within a second,
 * for connections that begin after it.
 *
 * <p>Immutable, safe for any thread.
 */
public final class TlsSettings {
  private final Path certificates;
  private final Path key;
  private final String password;

  private TlsSettings(Path certificates, Path key, String password) {
    this.certificates = certificates;
    this.key = key;
    this.password = password;
  }

  /**
   * Two PEM files.
   *
   * @param certificates the certificate of the server, then those between it and the root
   * @param key the private key, in PKCS#8 and not encrypted
   */
  public static TlsSettings pem(Path certificates, Path key) {
    Objects.requireNonNull(certificates, "certificates");
    Objects.requireNonNull(key, "key");
    return new TlsSettings(certificates, key, null);
  }

  /**
   * A key store of a type that Java knows, such as PKCS#12 or JKS.
   *
   * @param file the key store
   * @param password the password of the store and of the keys in it
   */
  public static TlsSettings keyStore(Path file, String password) {
    Objects.requireNonNull(file, "keyStore");
    Objects.requireNonNull(password, "password");
    return new TlsSettings(null, file, password);
  }

  /** The PEM file of certificates; empty where there is a key store. */
  public Optional<Path> certificates() {
    return Optional.ofNullable(certificates);
  }

  /** The PEM file of the private key, or else the key store. */
  public Path key() {
    return key;
  }

  /** The password of the key store; empty where there are PEM files. */
  public Optional<String> password() {
    return Optional.ofNullable(password);
  }

  /** Names the files only. */
  @Override
  public String toString() {
    return "TlsSettings[certificates=" + certificates + ", key=" + key + "]";
  }
}
