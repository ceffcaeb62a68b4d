package io.kvapp.server.auth.gate;

import java.util.Locale;
import java.util.regex.Pattern;

/**
 * Tells requests that were meant for this machine from those that a web page sends here under a
 * name of its own, which it has made to resolve to this machine (DNS rebinding). Such a name has a
 * dot.
 *
 * <p>All methods may be called from any thread.
 */
public final class HostHeader {
  private static final Pattern PORT = Pattern.compile(":\\d*$");
  private static final Pattern ADDRESS = Pattern.compile("[\\d.]+|\\[[0-9a-f:.]+]");

  private HostHeader() {}

  /**
   * Whether a request with this header was meant for this machine.
   *
   * @param header null where there is none
   * @param boundHost the name that the server listens on
   */
  public static boolean isOwn(String header, String boundHost) {
    if (header == null) {
      return true;
    }
    String name = PORT.matcher(header.strip().toLowerCase(Locale.ROOT)).replaceFirst("");
    return !name.contains(".")
        || name.endsWith(".localhost")
        || name.equals(boundHost.toLowerCase(Locale.ROOT))
        || ADDRESS.matcher(name).matches();
  }
}
