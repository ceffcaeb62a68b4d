package io.kvapp.server.settings;

import io.kvapp.server.tls.CertificateSource;
import io.kvapp.server.tls.KeyStoreFile;
import io.kvapp.server.tls.PemCertificate;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;

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

  public List<Path> secretFiles() {
    return List.of(key);
  }

  public List<Path> otherFiles() {
    return certificates == null ? List.of() : List.of(certificates);
  }

  /** Opens the files as they are now. */
  public CertificateSource source() {
    return password == null
        ? new PemCertificate(certificates, key)
        : new KeyStoreFile(key, password);
  }

  /** Names the files only. */
  @Override
  public String toString() {
    return "TlsSettings[certificates=" + certificates + ", key=" + key + "]";
  }
}
