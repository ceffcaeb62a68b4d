package io.kvapp.server.tls;

import io.kvapp.KVException;
import io.kvapp.server.file.WatchedFiles;
import io.kvapp.server.http.connection.SocketLayer;
import io.kvapp.server.settings.TlsSettings;
import java.io.IOException;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedKeyManager;

/**
 * The server's side of TLS 1.3 and 1.2, with ciphers that give forward secrecy and authenticate
 * what they encrypt. Clients are not asked for certificates. Each connection is secured with the
 * certificate and the key that the files hold when it begins.
 *
 * <p>All methods may be called from any thread.
 */
@SuppressWarnings("exports") // public for the endpoint alone
public final class TlsTransport implements SocketLayer {
  private static final String[] PROTOCOLS = {"TLSv1.3", "TLSv1.2"};
  private static final List<String> KEY_TYPES = List.of("EC", "RSA", "EdDSA", "RSASSA-PSS", "DSA");
  private static final String[] NO_CIPHER_SUITES = {};
  private static final int MAX_SESSIONS = 2_000;
  private static final int MAX_SESSION_SECONDS = 3_600;

  private final WatchedFiles<SSLContext> contexts;
  private final String[] cipherSuites;

  private TlsTransport(WatchedFiles<SSLContext> contexts) {
    this.contexts = contexts;
    this.cipherSuites =
        Arrays.stream(contexts.get().getSupportedSSLParameters().getCipherSuites())
            .filter(TlsTransport::isStrong)
            .toArray(String[]::new);
  }

  /**
   * Reads the certificate and its key.
   *
   * @param clock the time, by which the files are looked at again
   * @throws KVException if a file cannot be read or used; the message says what to do
   */
  public static TlsTransport open(TlsSettings settings, InstantSource clock) {
    CertificateSource source = source(settings);
    return new TlsTransport(
        new WatchedFiles<>(
            "TLS certificate",
            List.of(settings.key()),
            settings.certificates().stream().toList(),
            () -> context(source),
            clock));
  }

  /**
   * The certificates that a server would present: its own, then those between it and the root.
   *
   * @throws IOException if a file cannot be read
   * @throws KVException if what it holds cannot be used; the message says what to do
   */
  public static List<X509Certificate> certificates(TlsSettings settings) throws IOException {
    X509ExtendedKeyManager manager = source(settings).read();
    for (String keyType : KEY_TYPES) {
      String[] aliases = manager.getServerAliases(keyType, null);
      if (aliases != null) {
        return List.of(manager.getCertificateChain(aliases[0]));
      }
    }
    throw new KVException("the certificate in " + settings.key() + " is of a kind without TLS");
  }

  private static CertificateSource source(TlsSettings settings) {
    return settings
        .password()
        .<CertificateSource>map(password -> new KeyStoreFile(settings.key(), password))
        .orElseGet(() -> new PemCertificate(settings.certificates().orElseThrow(), settings.key()));
  }

  /** Makes the handshake, and returns a socket that closes {@code accepted} with itself. */
  @Override
  public SSLSocket over(Socket accepted) throws IOException {
    SSLSocket secured =
        (SSLSocket) contexts.get().getSocketFactory().createSocket(accepted, null, true);
    SSLParameters parameters = secured.getSSLParameters();
    parameters.setProtocols(PROTOCOLS);
    parameters.setCipherSuites(cipherSuites);
    parameters.setUseCipherSuitesOrder(true);
    secured.setSSLParameters(parameters);
    secured.startHandshake();
    // A client of TLS 1.2 may ask for another handshake, which costs it little and this side much;
    // without a cipher to agree on it fails at once.
    secured.setEnabledCipherSuites(NO_CIPHER_SUITES);
    return secured;
  }

  private static SSLContext context(CertificateSource source) throws IOException {
    KeyManager[] keyManagers = {source.read()};
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(keyManagers, new TrustManager[0], null);
      context.getServerSessionContext().setSessionCacheSize(MAX_SESSIONS);
      context.getServerSessionContext().setSessionTimeout(MAX_SESSION_SECONDS);
      return context;
    } catch (GeneralSecurityException missing) {
      throw new KVException("TLS is not available here: " + missing.getMessage(), missing);
    }
  }

  private static boolean isStrong(String suite) {
    boolean isForwardSecret =
        suite.startsWith("TLS_AES_")
            || suite.startsWith("TLS_CHACHA20_")
            || suite.startsWith("TLS_ECDHE_");
    return isForwardSecret && (suite.contains("_GCM_") || suite.contains("_CHACHA20_"));
  }
}
