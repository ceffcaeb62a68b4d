package io.kvapp.server.auth.gate;

import io.kvapp.server.http.message.Authority;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The hosts that name this machine in the header {@code Host}: {@code localhost} and what ends in
 * {@code .localhost}, loopback addresses, the host that the server listens on, and those that were
 * set. Any other name may be one of a web page that has made it resolve to this machine (DNS
 * rebinding); names without a dot are no exception, as a local network may resolve them.
 *
 * <p>Immutable, safe for any thread.
 */
public final class AllowedHosts {
  private static final String LOCALHOST = "localhost";
  private static final Pattern LOOPBACK_V4 =
      Pattern.compile("127(\\.(25[0-5]|2[0-4]\\d|1?\\d?\\d)){3}");

  private final Set<String> named = new HashSet<>();

  /**
   * The hosts of a server.
   *
   * @param boundHost the name or address that it listens on
   * @param others as {@link #requireHost} takes them
   */
  public AllowedHosts(String boundHost, Collection<String> others) {
    named.add(LOCALHOST);
    named.add(boundHost.toLowerCase(Locale.ROOT));
    others.forEach(host -> named.add(host.toLowerCase(Locale.ROOT)));
  }

  /**
   * Checks a host of the list.
   *
   * @throws IllegalArgumentException if it is not a name, or an address with brackets around it if
   *     it is one of IPv6, or if it has a port
   */
  public static String requireHost(String host) {
    byte[] bytes = host.getBytes(StandardCharsets.UTF_8);
    if (host.isEmpty() || Authority.hostEnd(bytes, 0, bytes.length) != bytes.length) {
      throw new IllegalArgumentException(
          "allowedHosts: a name or address without a port, an IPv6 address in brackets, not \""
              + host
              + "\"");
    }
    return host;
  }

  /**
   * Whether a request with this header was meant for this machine.
   *
   * @param header a well-formed {@code Host}; null where there is none, which allows nothing
   */
  boolean isAllowed(String header) {
    if (header == null) {
      return false;
    }
    String host = Authority.host(header);
    return named.contains(host) || host.endsWith("." + LOCALHOST) || isLoopbackAddress(host);
  }

  private static boolean isLoopbackAddress(String host) {
    if (!host.startsWith("[")) {
      return LOOPBACK_V4.matcher(host).matches();
    }
    try {
      // An address in brackets is never looked up as a name.
      return InetAddress.getByName(host).isLoopbackAddress();
    } catch (UnknownHostException malformed) {
      return false;
    }
  }
}
