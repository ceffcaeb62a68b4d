package io.kvapp.client.settings;

import java.net.URI;
import java.time.Duration;
import java.util.Locale;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;

/**
 * What a store of a server is built with.
 *
 * <p>Immutable, safe for any thread.
 *
 * @param base scheme, host, port and the path before {@code /v1}, without a slash at the end
 * @param user who signs in; null for nobody
 * @param password of the user
 * @param tokens where a token comes from that is kept elsewhere; null for nowhere
 * @param timeout how long a call may take
 * @param maxConnections the most requests at a time
 * @param sslContext null for the JDK's
 */
public record RemoteSettings(
    String base,
    String user,
    Supplier<char[]> password,
    Supplier<String> tokens,
    Duration timeout,
    int maxConnections,
    SSLContext sslContext) {
  private static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(10);
  private static final int DEFAULT_MAX_CONNECTIONS = 64;

  public static RemoteSettings of(URI uri) {
    return new RemoteSettings(
        base(uri), null, null, null, DEFAULT_TIMEOUT, DEFAULT_MAX_CONNECTIONS, null);
  }

  /** The text before the path of a request; a message never repeats the URI, as it may be wrong. */
  private static String base(URI uri) {
    String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
    if (!scheme.equals("http") && !scheme.equals("https") || uri.getHost() == null) {
      throw new IllegalArgumentException(
          "uri: scheme http or https and a host, such as http://localhost:5000");
    }
    if (uri.getRawUserInfo() != null) {
      throw new IllegalArgumentException(
          "uri: no user or password, as URIs end up in logs; use"
              + " RemoteStore.builder(uri).user(name, password)");
    }
    if (uri.getRawQuery() != null || uri.getRawFragment() != null) {
      throw new IllegalArgumentException("uri: no query and no fragment");
    }
    String path = uri.getRawPath() == null ? "" : uri.getRawPath();
    while (path.endsWith("/")) {
      path = path.substring(0, path.length() - 1);
    }
    String port = uri.getPort() < 0 ? "" : ":" + uri.getPort();
    return scheme + "://" + uri.getHost() + port + path;
  }

  public RemoteSettings withUser(String newUser, Supplier<char[]> newPassword) {
    return new RemoteSettings(
        base, newUser, newPassword, null, timeout, maxConnections, sslContext);
  }

  public RemoteSettings withTokens(Supplier<String> newTokens) {
    return new RemoteSettings(base, null, null, newTokens, timeout, maxConnections, sslContext);
  }

  public RemoteSettings withTimeout(Duration newTimeout) {
    return new RemoteSettings(base, user, password, tokens, newTimeout, maxConnections, sslContext);
  }

  public RemoteSettings withMaxConnections(int count) {
    return new RemoteSettings(base, user, password, tokens, timeout, count, sslContext);
  }

  public RemoteSettings withSslContext(SSLContext context) {
    return new RemoteSettings(base, user, password, tokens, timeout, maxConnections, context);
  }

  /** Without passwords and tokens. */
  @Override
  public String toString() {
    return base;
  }
}
