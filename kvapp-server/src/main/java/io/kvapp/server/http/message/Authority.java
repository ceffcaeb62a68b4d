package io.kvapp.server.http.message;

import java.util.Locale;

/**
 * A host with or without a port, as the header {@code Host} and absolute request targets hold it:
 * RFC 9112, section 3.2, and RFC 3986, section 3.2. Of what the grammar allows, addresses of a
 * future version and commas are refused.
 *
 * <p>All methods may be called from any thread.
 */
public final class Authority {
  private static final String SUB_DELIMITERS = "!$&'()*+;=";
  private static final int MAX_GROUP_DIGITS = 4;
  private static final int GROUPS = 8;
  private static final int BEYOND_PORTS = 1 << 16;

  private Authority() {}

  /** Whether these bytes are a host, which may be empty, with or without a port. */
  public static boolean isValid(byte[] bytes, int from, int to) {
    int hostTo = hostEnd(bytes, from, to);
    return hostTo >= 0 && isPort(bytes, hostTo, to);
  }

  /**
   * Where the host of valid bytes ends: at the colon of the port, or at {@code to}.
   *
   * @return -1 if no host is there
   */
  public static int hostEnd(byte[] bytes, int from, int to) {
    if (from < to && bytes[from] == '[') {
      int close = from + 1;
      while (close < to && bytes[close] != ']') {
        close++;
      }
      return close < to && isIpv6(bytes, from + 1, close) ? close + 1 : -1;
    }
    int at = from;
    while (at < to && bytes[at] != ':') {
      int taken = nameOctet(bytes, at, to);
      if (taken == 0) {
        return -1;
      }
      at += taken;
    }
    return at;
  }

  /**
   * Whether two valid authorities in one array are the same: their hosts in any case, and the
   * numbers of their ports.
   *
   * @param defaultPort what an absent or empty port stands for
   */
  public static boolean areSame(
      byte[] bytes, int from, int to, int otherFrom, int otherTo, int defaultPort) {
    int hostTo = hostEnd(bytes, from, to);
    int otherHostTo = hostEnd(bytes, otherFrom, otherTo);
    boolean same =
        hostTo - from == otherHostTo - otherFrom
            && port(bytes, hostTo, to, defaultPort)
                == port(bytes, otherHostTo, otherTo, defaultPort);
    for (int index = 0; same && index < hostTo - from; index++) {
      same = Octets.lower(bytes[from + index]) == Octets.lower(bytes[otherFrom + index]);
    }
    return same;
  }

  /** The host of a valid authority in lower case; an IPv6 address in its brackets. */
  public static String host(String authority) {
    int colon = authority.indexOf(':', authority.lastIndexOf(']') + 1);
    return (colon < 0 ? authority : authority.substring(0, colon)).toLowerCase(Locale.ROOT);
  }

  private static boolean isPort(byte[] bytes, int from, int to) {
    if (from < to && bytes[from] != ':') {
      return false;
    }
    for (int at = from + 1; at < to; at++) {
      if (!Octets.isDigit(bytes[at])) {
        return false;
      }
    }
    return true;
  }

  private static int port(byte[] bytes, int colon, int to, int defaultPort) {
    if (to - colon <= 1) {
      return defaultPort;
    }
    int port = 0;
    for (int at = colon + 1; at < to; at++) {
      port = Math.min(10 * port + bytes[at] - '0', BEYOND_PORTS);
    }
    return port;
  }

  /** How many bytes one character of a name takes; 0 where none is. */
  private static int nameOctet(byte[] bytes, int at, int to) {
    int octet = bytes[at];
    if (octet == '%') {
      return at + 2 < to && Octets.hex(bytes[at + 1]) >= 0 && Octets.hex(bytes[at + 2]) >= 0
          ? 3
          : 0;
    }
    return Octets.isUnreserved(octet) || SUB_DELIMITERS.indexOf(octet) >= 0 ? 1 : 0;
  }

  private static boolean isIpv6(byte[] bytes, int from, int to) {
    int groups = 0;
    int at = from;
    boolean hasGap = startsWithGap(bytes, from, to);
    if (hasGap) {
      at += 2;
    }
    while (at < to) {
      int end = at;
      while (end < to && Octets.hex(bytes[end] & 0xff) >= 0) {
        end++;
      }
      if (end < to && bytes[end] == '.') {
        return isIpv4(bytes, at, to) && hasAllGroups(groups + 2, hasGap);
      }
      if (end == at || end - at > MAX_GROUP_DIGITS) {
        return false;
      }
      groups++;
      at = end;
      if (startsWithGap(bytes, at, to)) {
        if (hasGap) {
          return false;
        }
        hasGap = true;
        at += 2;
      } else if (at < to && (bytes[at] != ':' || ++at == to)) {
        return false;
      }
    }
    return hasAllGroups(groups, hasGap);
  }

  /** Whether two colons are there, which stand for one group of zeros or more. */
  private static boolean startsWithGap(byte[] bytes, int at, int to) {
    return at + 1 < to && bytes[at] == ':' && bytes[at + 1] == ':';
  }

  private static boolean hasAllGroups(int groups, boolean hasGap) {
    return hasGap ? groups < GROUPS : groups == GROUPS;
  }

  private static boolean isIpv4(byte[] bytes, int from, int to) {
    int at = from;
    for (int part = 0; part < 4; part++) {
      if (part > 0 && (at == to || bytes[at++] != '.')) {
        return false;
      }
      int first = at;
      int value = 0;
      while (at < to && at - first < 3 && Octets.isDigit(bytes[at])) {
        value = 10 * value + bytes[at++] - '0';
      }
      boolean hasLeadingZero = at - first > 1 && bytes[first] == '0';
      if (at == first || value > 255 || hasLeadingZero) {
        return false;
      }
    }
    return at == to;
  }
}
