package io.kvapp.engine.journal;

import io.kvapp.engine.file.FormatNumber;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.zip.CRC32C;

/**
 * The first 64 bytes of a segment: magic (8), sequence (8), capacity (4), CRC32C of these 20 bytes
 * (4), synced offset (4), the same scrambled with the sequence (4), zeros. Integers are
 * little-endian.
 *
 * <p>Safe for any thread, as far as its buffer is.
 */
public final class SegmentHeader {
  public static final int BYTES = 64;
  private static final long MAGIC = 0x324c_4e4a_5041_564bL; // "KVAPJNL2"
  private static final int SEQUENCE_AT = 8;
  private static final int CAPACITY_AT = 16;
  private static final int CHECKSUM_AT = 20;
  private static final int SYNCED_AT = 24;

  private SegmentHeader() {}

  /** Writes the header of an empty segment. */
  static void write(ByteBuffer segment, long sequence) {
    segment.putLong(0, MAGIC);
    segment.putLong(SEQUENCE_AT, sequence);
    segment.putInt(CAPACITY_AT, segment.capacity());
    segment.putInt(CHECKSUM_AT, checksum(segment));
    writeSyncedOffset(segment, sequence, BYTES);
  }

  /** Whether a segment has the header that was written for this sequence. */
  static boolean isWhole(ByteBuffer segment, long sequence) {
    return segment.getLong(0) == MAGIC
        && segment.getLong(SEQUENCE_AT) == sequence
        && segment.getInt(CHECKSUM_AT) == checksum(segment);
  }

  /**
   * Checks that a segment is not one of another format.
   *
   * @throws io.kvapp.KVException.UnknownFormat if it is
   */
  static void requireKnown(Path file, ByteBuffer segment) {
    FormatNumber.require(file, segment.getLong(0), MAGIC, Long.BYTES - 1);
  }

  private static int checksum(ByteBuffer segment) {
    CRC32C crc = new CRC32C();
    crc.update(segment.duplicate().limit(CHECKSUM_AT).position(0));
    return (int) crc.getValue();
  }

  static void writeSyncedOffset(ByteBuffer segment, long sequence, int offset) {
    segment.putLong(
        SYNCED_AT, (long) scrambled(sequence, offset) << Integer.SIZE | offset & 0xffff_ffffL);
  }

  /** The synced offset; that of an empty segment where none can be read. */
  static int syncedOffset(ByteBuffer segment, long sequence) {
    long noted = segment.getLong(SYNCED_AT);
    int offset = (int) noted;
    return (int) (noted >>> Integer.SIZE) == scrambled(sequence, offset) ? offset : BYTES;
  }

  private static int scrambled(long sequence, int offset) {
    return offset * 31 ^ Long.hashCode(sequence);
  }
}
