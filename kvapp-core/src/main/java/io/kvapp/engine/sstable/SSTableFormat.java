package io.kvapp.engine.sstable;

import io.kvapp.engine.file.FormatNumber;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.zip.CRC32C;

/**
 * The bytes of an {@link SSTableFile}.
 *
 * <pre>
 * header, 16 bytes   magic (8), id (8)
 * change             CRC32C of head and key (4), CRC32C of the value (4), revision (8),
 *                    expires at (8), value length (4), key length (2), kind (1), key, value
 * offsets            the offset of every change (4 each)
 * expiries           of every entry that expires, by time: the time (8), ordinal (4)
 * footer, 56 bytes   magic (8), id (8), count (4), offset of the offsets (4), deletes (4), count
 *                    of expiries (4), bytes of keys and values (8), first expiry (8), CRC32C of
 *                    the expiries (4), CRC32C of these (4)
 * </pre>
 *
 * Integers are little-endian. The checksum of head and key is mixed with the change's ordinal and
 * the file's id, so that a change is valid in its own place only.
 *
 * <p>Safe for any thread, each with a buffer of its own.
 */
public final class SSTableFormat {
  static final long MAGIC = 0x3253_4e50_4156_4bL; // "KVAPNS2"
  public static final int HEADER_BYTES = 16;
  static final int FOOTER_BYTES = 56;
  static final int HEAD_BYTES = 31;
  static final byte PUT = 1;
  static final byte DELETE = 2;

  private SSTableFormat() {}

  /**
   * Checks that a file is not one of another format.
   *
   * @throws io.kvapp.KVException.UnknownFormat if it is
   */
  static void requireKnown(Path path, ByteBuffer file) {
    FormatNumber.require(path, file.getLong(0), MAGIC, 6);
  }

  /** Whether a file is the one whose footer has this checksum, as far as its two ends tell. */
  static boolean isWhole(ByteBuffer file, int checksum) {
    return isFooterWhole(file)
        && storedChecksum(file) == checksum
        && file.getLong(0) == MAGIC
        && file.getLong(8) == file.getLong(footer(file) + 8);
  }

  /** Whether the footer of a file matches its own checksum and the size of the file. */
  static boolean isFooterWhole(ByteBuffer file) {
    int footer = footer(file);
    return footer >= HEADER_BYTES
        && footerChecksum(file, footer) == storedChecksum(file)
        && isCountRight(file, footer);
  }

  private static boolean isCountRight(ByteBuffer file, int footer) {
    int count = file.getInt(footer + 16);
    int offsetsAt = file.getInt(footer + 20);
    int expiries = file.getInt(footer + 28);
    return count > 0
        && offsetsAt >= HEADER_BYTES
        && expiries >= 0
        && offsetsAt + (long) count * Integer.BYTES + (long) expiries * ExpirySection.BYTES
            == footer;
  }

  private static int footer(ByteBuffer file) {
    return file.capacity() - FOOTER_BYTES;
  }

  /** The checksum that a file ends with. */
  static int storedChecksum(ByteBuffer file) {
    return file.getInt(file.capacity() - Integer.BYTES);
  }

  static int footerChecksum(ByteBuffer buffer, int footer) {
    CRC32C crc = new CRC32C();
    crc.update(buffer.duplicate().limit(footer + FOOTER_BYTES - Integer.BYTES).position(footer));
    return (int) crc.getValue();
  }

  /** Ties the checksum of a change to its place. */
  static int placeChecksum(long id, int ordinal) {
    return (Long.hashCode(id) * 31 + ordinal) * 0x9e37_79b9;
  }
}
