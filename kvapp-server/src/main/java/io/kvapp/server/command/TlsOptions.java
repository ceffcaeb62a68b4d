package io.kvapp.server.command;

import io.kvapp.server.settings.TlsSettings;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Option;

/**
 * The certificate to speak TLS with.
 *
 * <p>Not thread-safe.
 */
final class TlsOptions {
  /** The environment variable with the password of the key store. */
  static final String PASSWORD = "KVAPP_TLS_PASSWORD";

  @Option(
      names = "--tls-cert",
      paramLabel = "FILE",
      description =
          "A PEM file with the server's certificate and those between it and the root: speaks HTTPS"
              + " only. A change of the file is taken over at once.")
  private Path certificate;

  @Option(
      names = "--tls-key",
      paramLabel = "FILE",
      description = "The PEM file with its private key, in PKCS#8 and not encrypted.")
  private Path key;

  @Option(
      names = "--tls-key-store",
      paramLabel = "FILE",
      description =
          "A PKCS#12 or JKS key store in place of the two; the environment variable "
              + PASSWORD
              + " holds its password.")
  private Path keyStore;

  /**
   * The settings of these options.
   *
   * @throws IllegalArgumentException if they do not fit together
   */
  Optional<TlsSettings> settings(Map<String, String> environment) {
    if (keyStore != null && (certificate != null || key != null)) {
      throw new IllegalArgumentException(
          "--tls-key-store takes the place of --tls-cert and --tls-key; name one or the other");
    }
    if ((certificate == null) != (key == null)) {
      throw new IllegalArgumentException("--tls-cert and --tls-key belong together; name both");
    }
    if (keyStore != null) {
      String password = environment.get(PASSWORD);
      if (password == null) {
        throw new IllegalArgumentException(
            "--tls-key-store needs its password in the environment variable " + PASSWORD);
      }
      return Optional.of(TlsSettings.keyStore(keyStore, password));
    }
    return Optional.ofNullable(certificate).map(file -> TlsSettings.pem(file, key));
  }
}
