package io.kvapp.server.json;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;

/**
 * Reads JSON text as strictly as RFC 8259 can be read, straight from its bytes: strings become the
 * bytes that the store holds, with no text in between. A byte order mark, comments, names that are
 * not quoted, {@code NaN}, lone surrogates, a member twice and text behind the value are refused.
 *
 * <p>The caller asks for what it expects, member by member; nothing can be skipped.
 *
 * <p>Not thread-safe.
 */
public final class JsonInput {
  /** The text is not JSON, or not what was expected; the message is fit for the client. */
  public static final class MalformedException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private MalformedException(String message) {
      super(message, null, false, false);
    }
  }

  private static final int MAX_SHOWN_NAME = 64;
  private static final byte[] BOM = "\ufeff".getBytes(StandardCharsets.UTF_8);

  private final byte[] bytes;
  private final int start;
  private final int end;
  private int at;

  /** Whether the next name or element is the first of its object or array. */
  private boolean isFirst;

  /** The names of the open objects; each object begins with null. */
  private final List<String> names = new ArrayList<>();

  /**
   * Reads the bytes from {@code from} to {@code to}, which must not change meanwhile.
   *
   * @throws MalformedException if they are not UTF-8 or begin with a byte order mark
   */
  public JsonInput(byte[] bytes, int from, int to) {
    this.bytes = bytes;
    this.start = from;
    this.end = to;
    this.at = from;
    if (!Utf8.isValid(bytes, from, to)) {
      throw new MalformedException("it is not UTF-8");
    }
    if (to - from >= BOM.length
        && Arrays.equals(bytes, from, from + BOM.length, BOM, 0, BOM.length)) {
      throw new MalformedException("it begins with a byte order mark");
    }
  }

  /** Begins an object, whose members {@link #nextName} reads. */
  public void beginObject() {
    require('{', "an object");
    names.add(null);
    isFirst = true;
  }

  /**
   * Reads the name of the next member of the innermost object.
   *
   * @return null at the end of the object, which is read then
   * @throws MalformedException if the object has had this name before
   */
  public String nextName() {
    if (!hasNext('}')) {
      while (names.remove(names.size() - 1) != null) {
        // Back to where this object began.
      }
      return null;
    }
    String name = name();
    for (int index = names.size() - 1; names.get(index) != null; index--) {
      if (names.get(index).equals(name)) {
        throw malformed("the member " + shown(name) + " is there twice");
      }
    }
    names.add(name);
    require(':', "a colon");
    return name;
  }

  /** Begins an array, whose elements {@link #nextElement} counts off. */
  public void beginArray() {
    require('[', "an array");
    isFirst = true;
  }

  /** Whether the innermost array has one more element; its end is read where it has none. */
  public boolean nextElement() {
    return hasNext(']');
  }

  /** Reads a string; returns its UTF-8. */
  public byte[] string() {
    require('"', "a string");
    int from = at;
    return isPlainToItsEnd() ? Arrays.copyOfRange(bytes, from, at++) : escapedString(from);
  }

  private String name() {
    require('"', "a string");
    int from = at;
    return isPlainToItsEnd()
        ? new String(bytes, from, at++ - from, StandardCharsets.UTF_8)
        : new String(escapedString(from), StandardCharsets.UTF_8);
  }

  /** Goes on to the quote that ends the string at hand, or to its first escape. */
  private boolean isPlainToItsEnd() {
    for (at = AsciiRuns.plainEnd(bytes, at, end); at < end; ) {
      byte octet = bytes[at];
      if (octet == '"' || octet == '\\') {
        return octet == '"';
      }
      requireNoControl(octet);
      at = AsciiRuns.plainEnd(bytes, at + 1, end);
    }
    throw endsEarly();
  }

  /** Reads a string of padded base64 (RFC 4648, section 4); returns the bytes it stands for. */
  public byte[] base64() {
    byte[] text = string();
    if (text.length % 4 != 0) {
      throw malformed("padded base64 is expected here");
    }
    try {
      return Base64.getDecoder().decode(text);
    } catch (IllegalArgumentException notBase64) {
      throw malformed("padded base64 is expected here");
    }
  }

  /** Reads a number without fraction and exponent that a long holds. */
  public long integer() {
    skipWhiteSpace();
    int from = at;
    if (at < end && bytes[at] == '-') {
      at++;
    }
    int digits = at;
    while (at < end && bytes[at] >= '0' && bytes[at] <= '9') {
      at++;
    }
    boolean isLeadingZero = at - digits > 1 && bytes[digits] == '0';
    if (at == digits || isLeadingZero || !isAtBoundary()) {
      throw malformed("an integer is expected here");
    }
    try {
      return Long.parseLong(new String(bytes, from, at - from, StandardCharsets.US_ASCII));
    } catch (NumberFormatException tooLarge) {
      throw malformed("an integer of 64 bits is expected here");
    }
  }

  /** Reads {@code true} or {@code false}. */
  public boolean bool() {
    skipWhiteSpace();
    if (skipWord("true")) {
      return true;
    }
    if (skipWord("false")) {
      return false;
    }
    throw malformed("true or false is expected here");
  }

  /** Whether the next value is a string. */
  public boolean isString() {
    skipWhiteSpace();
    return at < end && bytes[at] == '"';
  }

  /** Reads the end of the text. */
  public void requireEnd() {
    skipWhiteSpace();
    if (at < end) {
      throw malformed("there is more text behind the value");
    }
  }

  /** The refusal of a member that does not belong here. */
  public MalformedException unknownMember(String name) {
    return malformed("the member " + shown(name) + " is unknown");
  }

  /** A refusal that names the place up to which the text was read. */
  public MalformedException malformed(String what) {
    int line = 1;
    int lineFrom = start;
    int to = Math.min(at, end);
    for (int index = start; index < to; index++) {
      if (bytes[index] == '\n') {
        line++;
        lineFrom = index + 1;
      }
    }
    return new MalformedException(
        what + " (line " + line + ", column " + (to - lineFrom + 1) + ")");
  }

  private byte[] escapedString(int from) {
    byte[] text = new byte[endOfString() - from];
    int length = at - from;
    System.arraycopy(bytes, from, text, 0, length);
    while (bytes[at] != '"') {
      byte octet = bytes[at++];
      if (octet == '\\') {
        length = unescape(text, length);
      } else {
        requireNoControl(octet);
        text[length++] = octet;
      }
    }
    at++;
    return Arrays.copyOf(text, length);
  }

  /** Where the quote is that ends the string at hand. */
  private int endOfString() {
    for (int index = at; index < end; index++) {
      if (bytes[index] == '"') {
        return index;
      }
      if (bytes[index] == '\\') {
        index++;
      }
    }
    throw endsEarly();
  }

  /** Puts what an escape stands for behind the text; returns the length of both. */
  private int unescape(byte[] text, int length) {
    int to = length;
    switch (bytes[at++]) {
      case '"' -> text[to++] = '"';
      case '\\' -> text[to++] = '\\';
      case '/' -> text[to++] = '/';
      case 'b' -> text[to++] = '\b';
      case 'f' -> text[to++] = '\f';
      case 'n' -> text[to++] = '\n';
      case 'r' -> text[to++] = '\r';
      case 't' -> text[to++] = '\t';
      case 'u' -> {
        byte[] utf8 = Character.toString(codePoint()).getBytes(StandardCharsets.UTF_8);
        System.arraycopy(utf8, 0, text, to, utf8.length);
        to += utf8.length;
      }
      default -> throw malformed("an unknown escape");
    }
    return to;
  }

  private int codePoint() {
    char unit = codeUnit();
    if (!Character.isSurrogate(unit)) {
      return unit;
    }
    if (Character.isHighSurrogate(unit)
        && end - at >= 2
        && bytes[at] == '\\'
        && bytes[at + 1] == 'u') {
      at += 2;
      char low = codeUnit();
      if (Character.isLowSurrogate(low)) {
        return Character.toCodePoint(unit, low);
      }
    }
    throw malformed("a lone surrogate, which UTF-8 cannot express");
  }

  private char codeUnit() {
    int unit = 0;
    for (int digit = 0; digit < 4; digit++) {
      int value = at < end ? Character.digit(bytes[at], 16) : -1;
      if (value < 0) {
        throw malformed("four hexadecimal digits are expected here");
      }
      unit = unit << 4 | value;
      at++;
    }
    return (char) unit;
  }

  private boolean hasNext(char close) {
    skipWhiteSpace();
    if (at < end && bytes[at] == close) {
      at++;
      isFirst = false;
      return false;
    }
    if (!isFirst) {
      require(',', "a comma or the end");
    }
    isFirst = false;
    return true;
  }

  private void require(char wanted, String what) {
    skipWhiteSpace();
    if (at == end) {
      throw endsEarly();
    }
    if (bytes[at] != wanted) {
      throw malformed(what + " is expected here");
    }
    at++;
  }

  private void requireNoControl(byte octet) {
    if (octet >= 0 && octet < ' ') {
      throw malformed("a control character that is not escaped");
    }
  }

  private boolean skipWord(String word) {
    int to = at + word.length();
    if (to > end || !word.equals(new String(bytes, at, word.length(), StandardCharsets.US_ASCII))) {
      return false;
    }
    at = to;
    return isAtBoundary();
  }

  /** Whether a number or word can end here. */
  private boolean isAtBoundary() {
    return at == end || ",]} \t\r\n".indexOf(bytes[at]) >= 0;
  }

  private void skipWhiteSpace() {
    while (at < end
        && (bytes[at] == ' ' || bytes[at] == '\n' || bytes[at] == '\r' || bytes[at] == '\t')) {
      at++;
    }
  }

  private MalformedException endsEarly() {
    at = end;
    return malformed("it ends early");
  }

  private static String shown(String name) {
    String start = name.length() > MAX_SHOWN_NAME ? name.substring(0, MAX_SHOWN_NAME) + ".." : name;
    return '"' + start.replaceAll("\\p{Cntrl}", "?") + '"';
  }
}
