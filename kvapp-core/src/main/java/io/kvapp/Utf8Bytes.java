package io.kvapp;

import java.nio.charset.StandardCharsets;

/**
 * Strings as UTF-8.
 *
 * <p>Safe for any thread.
 */
final class Utf8Bytes {
  private Utf8Bytes() {}

  /**
   * The UTF-8 bytes of a string.
   *
   * @throws IllegalArgumentException if it holds half of a surrogate pair, which UTF-8 cannot
   *     express: as a question mark, two keys would become one
   */
  static byte[] of(String text) {
    for (int i = 0; i < text.length(); i++) {
      char each = text.charAt(i);
      if (Character.isSurrogate(each)) {
        boolean paired =
            Character.isHighSurrogate(each)
                && i + 1 < text.length()
                && Character.isLowSurrogate(text.charAt(i + 1));
        if (!paired) {
          throw new IllegalArgumentException(
              "a string with half of a surrogate pair, at index %d (\\u%04X), is not Unicode text;"
                      .formatted(i, (int) each)
                  + " correct it, or use bytes");
        }
        i++;
      }
    }
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
