package io.kvapp.server.command.terminal;

import io.kvapp.server.json.Utf8;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/**
 * Keys and values as one line of text for people, from which the bytes can be had again.
 *
 * <p>Text stays text; tab, line feed, carriage return and backslash become {@code \t}, {@code \n},
 * {@code \r} and {@code \\}, other control characters {@code \xNN} or {@code \}{@code uNNNN}, so
 * that nothing in a store reaches a terminal as a command. Bytes that are not UTF-8 are {@code
 * base64:} and their base64, and so is text that begins with that mark itself.
 *
 * <p>All methods may be called from any thread.
 */
public final class ShownBytes {
  private static final String MARK = "base64:";

  private ShownBytes() {}

  /** The line for these bytes. */
  public static String of(byte[] bytes) {
    if (!Utf8.isValid(bytes)) {
      return MARK + Base64.getEncoder().encodeToString(bytes);
    }
    String text = new String(bytes, StandardCharsets.UTF_8);
    if (text.startsWith(MARK)) {
      return MARK + Base64.getEncoder().encodeToString(bytes);
    }
    return text.chars().allMatch(ShownBytes::isPlain) ? text : escaped(text);
  }

  private static boolean isPlain(int unit) {
    return unit != '\\' && !Character.isISOControl(unit) && !isBidiControl(unit);
  }

  /** Whether a character changes the order in which others are shown. */
  private static boolean isBidiControl(int unit) {
    return unit >= 0x202a && unit <= 0x202e || unit >= 0x2066 && unit <= 0x2069;
  }

  private static String escaped(String text) {
    StringBuilder line = new StringBuilder();
    text.chars()
        .forEach(
            unit -> {
              switch (unit) {
                case '\t' -> line.append("\\t");
                case '\n' -> line.append("\\n");
                case '\r' -> line.append("\\r");
                case '\\' -> line.append("\\\\");
                default -> {
                  if (isPlain(unit)) {
                    line.append((char) unit);
                  } else {
                    line.append((unit < 0x80 ? "\\x%02x" : "\\u%04x").formatted(unit));
                  }
                }
              }
            });
    return line.toString();
  }
}
