package io.kvapp.server;

import io.kvapp.server.http.Request;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Collection;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Tells where a request comes from: from the other end of its connection, or, where that is a
 * trusted proxy, from the address that the proxy has put last into {@code X-Forwarded-For}. What
 * stands before it may be anybody's invention.
 *
 * <p>Immutable, safe for any thread.
 */
final class TrustedProxies {
  private static final String FORWARDED_FOR = "x-forwarded-for";
  private static final String BYTE = "(25[0-5]|2[0-4]\\d|1?\\d?\\d)";
  private static final Pattern IPV4 = Pattern.compile(BYTE + "(\\." + BYTE + "){3}");

  /** With a colon in it, it is never looked up as a name. */
  private static final Pattern IPV6 = Pattern.compile("[0-9a-fA-F.]*:[0-9a-fA-F:.]*");

  private final Set<InetAddress> proxies;

  TrustedProxies(Collection<InetAddress> proxies) {
    this.proxies = Set.copyOf(proxies);
  }

  /** Where {@code request} comes from. */
  InetAddress caller(Request request) {
    InetAddress remote = request.remote();
    if (proxies.isEmpty() || !proxies.contains(remote)) {
      return remote;
    }
    String header = request.header(FORWARDED_FOR);
    return header == null ? remote : address(header.substring(header.lastIndexOf(',') + 1), remote);
  }

  private static InetAddress address(String text, InetAddress otherwise) {
    String literal = text.strip();
    if (literal.startsWith("[") && literal.endsWith("]")) {
      literal = literal.substring(1, literal.length() - 1);
    }
    if (!IPV4.matcher(literal).matches() && !IPV6.matcher(literal).matches()) {
      return otherwise;
    }
    try {
      return InetAddress.getByName(literal);
    } catch (UnknownHostException malformed) {
      return otherwise;
    }
  }
}
