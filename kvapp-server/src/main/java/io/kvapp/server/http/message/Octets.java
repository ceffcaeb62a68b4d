package io.kvapp.server.http.message;

/**
 * Which octets may stand where in a request or response (RFC 9110, RFC 9112).
 *
 * <p>All methods may be called from any thread.
 */
public final class Octets {
  private static final int TOKEN = 1;
  private static final int TARGET = 2;
  private static final int VALUE = 4;
  private static final byte[] CLASSES = new byte[256];

  static {
    for (int octet = 0; octet < 256; octet++) {
      boolean visible = octet > 0x20 && octet < 0x7f;
      if (visible && "\"(),/:;<=>?@[\\]{}".indexOf(octet) < 0) {
        CLASSES[octet] |= TOKEN;
      }
      if (visible) {
        CLASSES[octet] |= TARGET;
      }
      if (visible || octet == ' ' || octet == '\t' || octet >= 0x80) {
        CLASSES[octet] |= VALUE;
      }
    }
  }

  private Octets() {}

  /** Whether it may stand in a method or a header name. */
  public static boolean isToken(int octet) {
    return is(octet, TOKEN);
  }

  /** Whether it may stand in a request target. */
  public static boolean isTarget(int octet) {
    return is(octet, TARGET);
  }

  /** Whether it may stand in the value of a header. */
  public static boolean isFieldValue(int octet) {
    return is(octet, VALUE);
  }

  /** Whether it means the same in a URI whether it is percent-encoded or not. */
  public static boolean isUnreserved(int octet) {
    boolean isLetter = lower(octet) >= 'a' && lower(octet) <= 'z';
    return isLetter || isDigit(octet) || octet > 0 && "-._~".indexOf(octet) >= 0;
  }

  public static boolean isSpaceOrTab(int octet) {
    return octet == ' ' || octet == '\t';
  }

  public static boolean isDigit(int octet) {
    return octet >= '0' && octet <= '9';
  }

  /** An ASCII capital letter made small; any other octet as it is. */
  public static int lower(int octet) {
    return octet >= 'A' && octet <= 'Z' ? octet | 0x20 : octet;
  }

  /** The value of a hexadecimal digit; -1 if it is none. */
  public static int hex(int octet) {
    return octet < 0x80 ? Character.digit(octet, 16) : -1;
  }

  private static boolean is(int octet, int kind) {
    return octet >= 0 && octet < 256 && (CLASSES[octet] & kind) != 0;
  }
}
