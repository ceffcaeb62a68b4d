package io.kvapp.engine.file;

import io.kvapp.KVException;
import java.nio.file.Path;

/**
 * The number of the format that the files of a store have, and that this version reads.
 *
 * <p>Safe for any thread.
 */
public final class FormatNumber {
  /** As the manifest has it, and at the end of the first word of each other file. */
  public static final String CURRENT = "2";

  private FormatNumber() {}

  /**
   * Checks that a file's first eight bytes are not those of another format.
   *
   * @param found the first eight bytes, little-endian
   * @param expected those of this format
   * @param digitAt which of them is the number
   * @throws KVException.UnknownFormat if only the number is another one
   */
  public static void require(Path file, long found, long expected, int digitAt) {
    long digit = 0xffL << Byte.SIZE * digitAt;
    char number = (char) (found >>> Byte.SIZE * digitAt & 0xff);
    if ((found & ~digit) == (expected & ~digit)
        && found != expected
        && number >= '0'
        && number <= '9') {
      throw new KVException.UnknownFormat(file, String.valueOf(number), CURRENT);
    }
  }
}
