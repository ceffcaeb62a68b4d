package io.kvapp.server.json;

import io.kvapp.server.http.message.BodyOutput;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/**
 * Writes JSON text as UTF-8, strings straight from the bytes that the store holds.
 *
 * <p>Not thread-safe.
 */
public final class JsonOutput {
  private static final byte[] HEX = ascii("0123456789abcdef");

  private final BodyOutput output;

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
    if (isPlain(utf8)) {
      output.write('"');
      output.write(utf8);
      output.write('"');
      return this;
    }
    byte[] valid = Utf8.isValid(utf8) ? utf8 : replaced(utf8);
    output.write('"');
    int from = 0;
    for (int at = 0; at < valid.length; at++) {
      int octet = valid[at];
      if (octet >= 0 && octet < 0x20 || octet == '"' || octet == '\\') {
        output.write(valid, from, at - from);
        escape(octet);
        from = at + 1;
      }
    }
    output.write(valid, from, valid.length - from);
    output.write('"');
    return this;
  }

  public static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  /** Whether this is ASCII that stands for itself. */
  private static boolean isPlain(byte[] utf8) {
    for (byte octet : utf8) {
      if (octet < 0x20 || octet == '"' || octet == '\\') {
        return false;
      }
    }
    return true;
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

  private static byte[] replaced(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8).getBytes(StandardCharsets.UTF_8);
  }
}
