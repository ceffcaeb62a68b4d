package io.kvapp.server.json;

import io.kvapp.server.http.message.BodyOutput;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;

/**
 * Writes JSON text as UTF-8, strings straight from the bytes that the store holds.
 *
 * <p>Not thread-safe.
 */
public final class JsonOutput {
  private static final byte[] COLON = ascii(":");
  private static final byte[] HEX = ascii("0123456789abcdef");

  /** A multiple of three, so that only the last piece is padded. */
  private static final int BASE64_PIECE = 3 << 12;

  private final BodyOutput output;
  private final byte[] digits = new byte[19];

  public JsonOutput(BodyOutput output) {
    this.output = output;
  }

  /** Writes text that is JSON already. */
  public JsonOutput raw(byte[] json) throws IOException {
    output.write(json);
    return this;
  }

  /** Writes a string; text that is not well-formed UTF-16 gets question marks. */
  public JsonOutput string(String text) throws IOException {
    return string(text.getBytes(StandardCharsets.UTF_8));
  }

  /** Writes a string from UTF-8; bytes that are not UTF-8 become U+FFFD. */
  public JsonOutput string(byte[] utf8) throws IOException {
    output.write('"');
    if (isPlain(utf8)) {
      output.write(utf8);
      output.write('"');
      return this;
    }
    return escaped(Utf8.isValid(utf8) ? utf8 : replaced(utf8));
  }

  /** Writes a string behind the quote that begins it. */
  private JsonOutput escaped(byte[] valid) throws IOException {
    int from = 0;
    int at = AsciiRuns.plainEnd(valid, 0, valid.length);
    while (at < valid.length) {
      if (valid[at] >= 0) {
        output.write(valid, from, at - from);
        escape(valid[at]);
        from = at + 1;
      }
      at = AsciiRuns.plainEnd(valid, at + 1, valid.length);
    }
    output.write(valid, from, valid.length - from);
    output.write('"');
    return this;
  }

  /**
   * Writes bytes as a member of an object: as a string where they are UTF-8, else as base64 (RFC
   * 4648, section 4). The name of the member tells which.
   *
   * @param textName {@code "name":"} with the quote that begins the string, where the bytes are
   *     UTF-8
   * @param base64Name the same for base64
   */
  public JsonOutput bytes(byte[] textName, byte[] base64Name, byte[] bytes) throws IOException {
    if (isPlain(bytes)) {
      output.write(textName);
      output.write(bytes);
      output.write('"');
      return this;
    }
    return Utf8.isValid(bytes) ? raw(textName).escaped(bytes) : raw(base64Name).base64(bytes);
  }

  /** Writes a number. */
  public JsonOutput number(long number) throws IOException {
    if (number < 0) {
      output.write(ascii(Long.toString(number)));
      return this;
    }
    int from = digits.length;
    long left = number;
    do {
      digits[--from] = (byte) ('0' + left % 10);
      left /= 10;
    } while (left > 0);
    output.write(digits, from, digits.length - from);
    return this;
  }

  /**
   * Writes a value by its kind: a map as an object in the map's order, a list as an array, numbers,
   * booleans and null as themselves, anything else as the string that it shows.
   */
  public JsonOutput value(Object value) throws IOException {
    if (value instanceof Map<?, ?> members) {
      String before = "{";
      for (Map.Entry<?, ?> member : members.entrySet()) {
        raw(ascii(before)).string(member.getKey().toString()).raw(COLON).value(member.getValue());
        before = ",";
      }
      return raw(ascii(members.isEmpty() ? "{}" : "}"));
    }
    if (value instanceof List<?> elements) {
      String before = "[";
      for (Object element : elements) {
        raw(ascii(before)).value(element);
        before = ",";
      }
      return raw(ascii(elements.isEmpty() ? "[]" : "]"));
    }
    boolean isBare = value == null || value instanceof Number || value instanceof Boolean;
    return isBare ? raw(ascii(String.valueOf(value))) : string(value.toString());
  }

  /** The text of a value, as {@link #value} writes it. */
  public static String text(Object value) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    BodyOutput memory =
        new BodyOutput() {
          @Override
          public void write(int octet) {
            bytes.write(octet);
          }

          @Override
          public void write(byte[] source, int from, int length) {
            bytes.write(source, from, length);
          }

          @Override
          public void flush() {
            // It is all in memory.
          }
        };
    try {
      new JsonOutput(memory).value(value);
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
    return bytes.toString(StandardCharsets.UTF_8);
  }

  public static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  /** Whether this is ASCII that stands for itself. */
  private static boolean isPlain(byte[] utf8) {
    return AsciiRuns.plainEnd(utf8, 0, utf8.length) == utf8.length;
  }

  private void escape(int octet) throws IOException {
    output.write('\\');
    switch (octet) {
      case '"', '\\' -> output.write(octet);
      case '\n' -> output.write('n');
      case '\r' -> output.write('r');
      case '\t' -> output.write('t');
      default -> {
        output.write('u');
        output.write('0');
        output.write('0');
        output.write(HEX[octet >> 4]);
        output.write(HEX[octet & 15]);
      }
    }
  }

  /** The same as base64, piece by piece, so that a large value is not copied as a whole. */
  private JsonOutput base64(byte[] bytes) throws IOException {
    for (int from = 0; from < bytes.length; from += BASE64_PIECE) {
      int to = Math.min(bytes.length, from + BASE64_PIECE);
      output.write(Base64.getEncoder().encode(Arrays.copyOfRange(bytes, from, to)));
    }
    output.write('"');
    return this;
  }

  private static byte[] replaced(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8).getBytes(StandardCharsets.UTF_8);
  }
}
