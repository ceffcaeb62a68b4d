package io.kvapp.etcd.settings;

import io.grpc.ChannelCredentials;
import io.grpc.InsecureChannelCredentials;
import io.grpc.TlsChannelCredentials;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Whom a store trusts and who it is. Files are read when a store is opened, the password at each
 * sign-in.
 *
 * <p>Immutable, safe for any thread.
 *
 * @param tls whether connections use TLS
 * @param ca a file of the certificates that are trusted, as PEM; empty for those the JDK trusts
 * @param certificate a file of the store's own certificate, as PEM; empty for none
 * @param key a file of its key, as PEM and PKCS #8
 * @param user who signs in; empty for nobody
 * @param passwordFile a file of the user's password
 */
public record Credentials(
    boolean tls,
    Optional<Path> ca,
    Optional<Path> certificate,
    Optional<Path> key,
    Optional<String> user,
    Optional<Path> passwordFile) {
  /** What the parameters of a URI say. */
  static Credentials of(Map<String, String> parameters) {
    String tls = parameters.getOrDefault("tls", "");
    Optional<Path> ca = file(parameters, "ca");
    Optional<Path> certificate = file(parameters, "cert");
    Optional<Path> key = file(parameters, "key");
    if (!tls.isEmpty() && !tls.equals("true")) {
      throw new IllegalArgumentException("store: tls in an etcd: URI: true, not '" + tls + "'");
    }
    together("cert", certificate.isPresent(), "key", key.isPresent());
    Optional<String> user = Optional.ofNullable(parameters.get("user"));
    Optional<Path> passwordFile = file(parameters, "password-file");
    together("user", user.isPresent(), "password-file", passwordFile.isPresent());
    boolean isSecure = !tls.isEmpty() || ca.isPresent() || certificate.isPresent();
    return new Credentials(isSecure, ca, certificate, key, user, passwordFile);
  }

  private static Optional<Path> file(Map<String, String> parameters, String name) {
    return Optional.ofNullable(parameters.get(name)).map(Path::of);
  }

  private static void together(String one, boolean hasOne, String other, boolean hasOther) {
    if (hasOne != hasOther) {
      throw new IllegalArgumentException(
          "store: an etcd: URI has " + one + " and " + other + " or neither of them");
    }
  }

  /**
   * What connections are made with.
   *
   * @throws IllegalArgumentException if a file cannot be read or is none of its kind
   */
  public ChannelCredentials ofChannel() {
    if (!tls) {
      return InsecureChannelCredentials.create();
    }
    TlsChannelCredentials.Builder builder = TlsChannelCredentials.newBuilder();
    try {
      if (ca.isPresent()) {
        builder.trustManager(ca.get().toFile());
      }
      if (certificate.isPresent()) {
        builder.keyManager(certificate.get().toFile(), key.orElseThrow().toFile());
      }
      return builder.build();
    } catch (IOException failed) {
      throw unreadable(failed);
    }
  }

  /** For files that are there, and are none of their kind. */
  public IllegalArgumentException unfit(IllegalArgumentException cause) {
    String files =
        Stream.of(ca, certificate, key)
            .flatMap(Optional::stream)
            .map(Path::toString)
            .collect(Collectors.joining(", "));
    return new IllegalArgumentException(
        "store: the etcd: URI names a file that is no certificate or key in PEM, or a pair that does"
            + " not match, among "
            + files
            + " ("
            + cause.getMessage()
            + "); correct ca, cert and key",
        cause);
  }

  /** The password as it is in its file, without a line feed at its end. */
  public String password() {
    try {
      return Files.readString(passwordFile.orElseThrow(), StandardCharsets.UTF_8).stripTrailing();
    } catch (IOException failed) {
      throw unreadable(failed);
    }
  }

  private static IllegalArgumentException unreadable(IOException failed) {
    return new IllegalArgumentException(
        "store: a file that the etcd: URI names cannot be read: " + failed, failed);
  }
}
