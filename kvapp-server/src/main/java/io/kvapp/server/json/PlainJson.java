package io.kvapp.server.json;

import java.util.Arrays;

/**
 * The fast path of {@link JsonMembers}. It reads the object that nearly every request holds
 * straight from its bytes: one or two string members without escapes, with names that the endpoints
 * know. Anything else it leaves to the whole reader, which takes several times as long and makes
 * buffers for every body.
 *
 * <p>Not thread-safe.
 */
final class PlainJson {
  private static final String[] NAMES = {"key", "value", "prefix", "user", "password"};

  private final byte[] bytes;
  private final int end;
  private int at;

  private PlainJson(byte[] bytes, int from, int end) {
    this.bytes = bytes;
    this.at = from;
    this.end = end;
  }

  /**
   * The members in these bytes, which are UTF-8.
   *
   * @return null if they are not such an object
   */
  static JsonMembers read(byte[] utf8, int from, int end) {
    return new PlainJson(utf8, from, end).readObject();
  }

  private JsonMembers readObject() {
    if (!next('{')) {
      return null;
    }
    String firstName = readName();
    byte[] firstValue = firstName == null ? null : readValue();
    if (firstValue == null) {
      return null;
    }
    if (next('}')) {
      return isAtEnd() ? JsonMembers.of(firstName, firstValue) : null;
    }
    String secondName = next(',') ? readName() : null;
    byte[] secondValue = secondName == null ? null : readValue();
    boolean isWhole =
        secondValue != null && !secondName.equals(firstName) && next('}') && isAtEnd();
    return isWhole ? JsonMembers.of(firstName, firstValue, secondName, secondValue) : null;
  }

  private String readName() {
    int from = stringFrom();
    if (from < 0) {
      return null;
    }
    int length = at - 1 - from;
    for (String name : NAMES) {
      if (name.length() == length && isAt(name, from)) {
        return next(':') ? name : null;
      }
    }
    return null;
  }

  private byte[] readValue() {
    int from = stringFrom();
    return from < 0 ? null : Arrays.copyOfRange(bytes, from, at - 1);
  }

  /** Reads a string; returns where its text begins, and -1 if it is none or not a plain one. */
  private int stringFrom() {
    if (!next('"')) {
      return -1;
    }
    int from = at;
    while (at < end) {
      byte octet = bytes[at++];
      if (octet == '"') {
        return from;
      }
      if (octet == '\\' || octet >= 0 && octet < ' ') {
        return -1;
      }
    }
    return -1;
  }

  private boolean isAt(String ascii, int from) {
    for (int index = 0; index < ascii.length(); index++) {
      if (bytes[from + index] != ascii.charAt(index)) {
        return false;
      }
    }
    return true;
  }

  private boolean next(char wanted) {
    skipWhiteSpace();
    if (at < end && bytes[at] == wanted) {
      at++;
      return true;
    }
    return false;
  }

  private boolean isAtEnd() {
    skipWhiteSpace();
    return at == end;
  }

  private void skipWhiteSpace() {
    while (at < end
        && (bytes[at] == ' ' || bytes[at] == '\n' || bytes[at] == '\r' || bytes[at] == '\t')) {
      at++;
    }
  }
}
