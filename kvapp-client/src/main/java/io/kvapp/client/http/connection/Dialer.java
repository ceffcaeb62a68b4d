package io.kvapp.client.http.connection;

import io.kvapp.KVException;
import io.kvapp.client.settings.RemoteSettings;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;

/**
 * Makes connections to one server, through the proxy of the JVM where it names one.
 *
 * <p>Safe for any thread.
 */
final class Dialer {
  private static final Duration MAX_CONNECT = Duration.ofSeconds(5);

  private final URI server;
  private final SSLContext sslContext;
  private final Duration patience;

  Dialer(RemoteSettings settings) {
    this.server = URI.create(settings.base());
    this.sslContext = settings.sslContext();
    Duration half = settings.timeout().dividedBy(2);
    this.patience = half.compareTo(MAX_CONNECT) < 0 ? half : MAX_CONNECT;
  }

  private boolean isTls() {
    return server.getScheme().equals("https");
  }

  /** The host without the brackets of an IPv6 address. */
  private String host() {
    return server.getHost().replaceAll("[\\[\\]]", "");
  }

  private int port() {
    int standard = isTls() ? 443 : 80;
    return server.getPort() < 0 ? standard : server.getPort();
  }

  /**
   * A connection over which nothing was sent yet.
   *
   * @param flight ends it early; null where nothing does
   * @throws Connection.NotSentException if there is none
   * @throws Connection.ForeignException if what is there does not speak TLS
   * @throws KVException.Untrusted if its certificate does not count
   */
  HttpSocket connect(Flight flight, Deadline deadline) throws IOException {
    int millis = (int) Math.min(patience.toMillis() + 1, deadline.millisLeft());
    Proxy proxy = proxy();
    IOException failed = new UnknownHostException("unknown host " + host());
    for (SocketAddress address : addresses(proxy)) {
      Socket raw = new Socket(proxy);
      try {
        if (flight != null) {
          flight.begin(raw);
        }
        raw.setTcpNoDelay(true);
        raw.setKeepAlive(true);
        raw.connect(address, millis);
        return new HttpSocket(raw, isTls() ? secured(raw, millis) : raw);
      } catch (IOException | RuntimeException unusable) {
        raw.close();
        if (unusable instanceof RuntimeException fault) {
          throw fault;
        }
        failed = (IOException) unusable;
      }
    }
    throw failed instanceof Connection.ForeignException
        ? failed
        : new Connection.NotSentException(words(failed), failed);
  }

  private Proxy proxy() {
    ProxySelector selector = ProxySelector.getDefault();
    List<Proxy> proxies = selector == null ? List.of() : selector.select(server);
    return proxies.isEmpty() || proxies.get(0).type() == Proxy.Type.DIRECT
        ? Proxy.NO_PROXY
        : proxies.get(0);
  }

  /** All addresses of the server; through a proxy, which asks for them itself, its name. */
  private List<SocketAddress> addresses(Proxy proxy) {
    if (proxy != Proxy.NO_PROXY) {
      return List.of(InetSocketAddress.createUnresolved(host(), port()));
    }
    List<SocketAddress> addresses = new ArrayList<>();
    try {
      for (InetAddress address : InetAddress.getAllByName(host())) {
        addresses.add(new InetSocketAddress(address, port()));
      }
    } catch (UnknownHostException unknown) {
      // There is none.
    }
    return addresses;
  }

  private Socket secured(Socket raw, int millis) throws IOException {
    try {
      SSLContext context = sslContext == null ? SSLContext.getDefault() : sslContext;
      SSLSocket secured =
          (SSLSocket) context.getSocketFactory().createSocket(raw, host(), port(), true);
      SSLParameters parameters = secured.getSSLParameters();
      parameters.setEndpointIdentificationAlgorithm("HTTPS");
      secured.setSSLParameters(parameters);
      secured.setSoTimeout(millis);
      secured.startHandshake();
      return secured;
    } catch (SSLException failed) {
      throw ofTls(failed);
    } catch (GeneralSecurityException missing) {
      throw new IOException("TLS is not available here", missing);
    }
  }

  private IOException ofTls(SSLException failed) {
    Throwable cause = failed;
    while (cause != null && !(cause instanceof CertificateException)) {
      cause = cause.getCause();
    }
    if (cause != null) {
      throw new KVException.Untrusted(
          "the certificate of "
              + server
              + " is not accepted ("
              + words(failed)
              + "); use a host that it names, and trust its issuer by"
              + " RemoteStoreBuilder.sslContext or -Djavax.net.ssl.trustStore=FILE",
          failed);
    }
    return failed.getClass() == SSLException.class
        ? new Connection.ForeignException(failed)
        : failed;
  }

  /** What went wrong, also where the JDK has no message for it. */
  private static String words(Throwable failure) {
    String message = failure.getMessage();
    return message == null ? failure.getClass().getSimpleName() : message;
  }
}
