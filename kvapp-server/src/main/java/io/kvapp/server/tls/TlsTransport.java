package io.kvapp.server.tls;

import io.kvapp.KVException;
import io.kvapp.server.file.WatchedFiles;
import io.kvapp.server.http.connection.SocketLayer;
import io.kvapp.server.settings.TlsSettings;
import java.io.IOException;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.time.InstantSource;
import java.util.Arrays;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedKeyManager;

/**
 * The server's side of TLS 1.3 and 1.2, with ciphers that give forward secrecy and authenticate
 * what they encrypt. Clients are not asked for certificates.
 *
 * <p>All methods may be called from any thread.
 */
public final class TlsTransport implements SocketLayer {
  private static final String[] PROTOCOLS = {"TLSv1.3", "TLSv1.2"};

  private final SSLContext context;
  private final String[] cipherSuites;

  private TlsTransport(SSLContext context) {
    this.context = context;
    this.cipherSuites =
        Arrays.stream(context.getSupportedSSLParameters().getCipherSuites())
            .filter(TlsTransport::isStrong)
            .toArray(String[]::new);
  }

  /**
   * Reads the certificate and its key.
   *
   * @param clock what time it is, for looking after changes of the files
   * @throws KVException if a file cannot be read or used; the message says what to do
   */
  public static TlsTransport open(TlsSettings settings, InstantSource clock) {
    CertificateSource source = settings.source();
    WatchedFiles<X509ExtendedKeyManager> watched =
        new WatchedFiles<>(
            "TLS certificate", settings.secretFiles(), settings.otherFiles(), source::read, clock);
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      KeyManager[] keyManagers = {new ReloadingKeyManager(watched::get)};
      context.init(keyManagers, new TrustManager[0], null);
      return new TlsTransport(context);
    } catch (GeneralSecurityException missing) {
      throw new KVException("TLS is not available here: " + missing.getMessage(), missing);
    }
  }

  /** Makes the handshake, and returns a socket that closes {@code accepted} with itself. */
  @Override
  public SSLSocket over(Socket accepted) throws IOException {
    SSLSocket secured = (SSLSocket) context.getSocketFactory().createSocket(accepted, null, true);
    SSLParameters parameters = secured.getSSLParameters();
    parameters.setProtocols(PROTOCOLS);
    parameters.setCipherSuites(cipherSuites);
    parameters.setUseCipherSuitesOrder(true);
    secured.setSSLParameters(parameters);
    secured.startHandshake();
    return secured;
  }

  private static boolean isStrong(String suite) {
    boolean isForwardSecret =
        suite.startsWith("TLS_AES_")
            || suite.startsWith("TLS_CHACHA20_")
            || suite.startsWith("TLS_ECDHE_");
    return isForwardSecret && (suite.contains("_GCM_") || suite.contains("_CHACHA20_"));
  }
}
