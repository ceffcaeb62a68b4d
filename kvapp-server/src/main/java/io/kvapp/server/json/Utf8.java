package io.kvapp.server.json;

/**
 * Tells UTF-8 from other bytes, without a decoder's objects.
 *
 * <p>All methods may be called from any thread.
 */
public final class Utf8 {
  private Utf8() {}

  /** Whether these bytes are well-formed UTF-8, table 3-7 of the Unicode standard. */
  public static boolean isValid(byte[] bytes) {
    return isValid(bytes, 0, bytes.length);
  }

  /** Whether the bytes from {@code from} to {@code to} are well-formed UTF-8. */
  static boolean isValid(byte[] bytes, int from, int to) {
    int at = AsciiRuns.end(bytes, from, to);
    while (at < to) {
      int lead = bytes[at] & 0xff;
      int length = sequenceLength(lead);
      if (length == 0 || to - at < length || !isContinued(bytes, at, lead, length)) {
        return false;
      }
      at = AsciiRuns.end(bytes, at + length, to);
    }
    return true;
  }

  private static int sequenceLength(int lead) {
    if (lead < 0xc2 || lead > 0xf4) {
      return 0;
    }
    return lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  }

  private static boolean isContinued(byte[] bytes, int at, int lead, int length) {
    int second = bytes[at + 1] & 0xff;
    int least = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
    int most = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
    if (second < least || second > most) {
      return false;
    }
    for (int index = at + 2; index < at + length; index++) {
      if ((bytes[index] & 0xc0) != 0x80) {
        return false;
      }
    }
    return true;
  }
}
