package io.kvapp.server.auth.gate;

import io.kvapp.server.http.message.Request;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Collection;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Tells where a request comes from: from the other end of its connection, or, where that is a
 * trusted proxy, from the address that the proxy has put last into {@code X-Forwarded-For}. What
 * stands before it may be anybody's invention.
 *
 * <p>Immutable, safe for any thread.
 */
public final class TrustedProxies {
  private static final String FORWARDED_FOR = "x-forwarded-for";
  private static final String BYTE = "(25[0-5]|2[0-4]\\d|1?\\d?\\d)";
  private static final String IPV4 = BYTE + "(\\." + BYTE + "){3}";

  /** With a colon in it, it is never looked up as a name. */
  private static final String IPV6 = "[0-9a-fA-F.]*:[0-9a-fA-F:.]*";

  private static final String PORT = "(:\\d{1,5})?";

  /** An address, after which some proxies write its port, too. */
  private static final Pattern FORM =
      Pattern.compile(
          "(?<v4>"
              + IPV4
              + ")"
              + PORT
              + "|\\[(?<boxed>"
              + IPV6
              + ")]"
              + PORT
              + "|(?<v6>"
              + IPV6
              + ")");

  private static final InetAddress UNKNOWN = unknown();

  private final Set<InetAddress> proxies;

  public TrustedProxies(Collection<InetAddress> proxies) {
    this.proxies = Set.copyOf(proxies);
  }

  /**
   * Where {@code request} comes from. Behind a trusted proxy that does not say so, it is {@code
   * 0.0.0.0}, which is nobody's address, so that such a caller is not taken for one on this
   * machine.
   */
  public InetAddress clientAddress(Request request) {
    InetAddress remote = request.remote();
    if (!areTrusted(remote)) {
      return remote;
    }
    String header = request.header(FORWARDED_FOR);
    return header == null ? UNKNOWN : address(header.substring(header.lastIndexOf(',') + 1));
  }

  /**
   * Whether a trusted proxy is at this address. This machine has several addresses of its own, and
   * a proxy on it may use any of them.
   */
  boolean areTrusted(InetAddress remote) {
    return proxies.contains(remote)
        || remote.isLoopbackAddress() && proxies.stream().anyMatch(InetAddress::isLoopbackAddress);
  }

  private static InetAddress address(String text) {
    Matcher form = FORM.matcher(text.strip());
    if (!form.matches()) {
      return UNKNOWN;
    }
    String literal =
        Stream.of("v4", "boxed", "v6").map(form::group).filter(Objects::nonNull).findFirst().get();
    try {
      return InetAddress.getByName(literal);
    } catch (UnknownHostException malformed) {
      return UNKNOWN;
    }
  }

  private static InetAddress unknown() {
    try {
      return InetAddress.getByAddress(new byte[4]);
    } catch (UnknownHostException impossible) {
      throw new IllegalStateException("four bytes are an address", impossible);
    }
  }
}
