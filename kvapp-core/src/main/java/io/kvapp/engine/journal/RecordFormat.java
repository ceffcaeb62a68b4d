package io.kvapp.engine.journal;

import io.kvapp.engine.model.Operation;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * The bytes of the records of a segment.
 *
 * <pre>
 * record             length (4), CRC32C (4), revision (8), operation count (4), operations
 * operation          kind (1), key length (2), value length (4), expires at (8),
 *                    CRC32C of the value (4), check of these fields (4), key, value
 * </pre>
 *
 * Integers are little-endian. A length of 0 ends the records. A record of no operations seals the
 * segment; it holds the sequence (8) of the segment in which the journal goes on. A record's
 * checksum is over everything in it but length and checksum, mixed with the length, the sequence
 * and the record's offset, so that a record is valid in its own place only. The checks of an
 * operation are for readers of a segment that is written on, which look at one operation at a time.
 *
 * <p>Safe for any thread, as far as its arguments are.
 */
final class RecordFormat {
  /** Bytes of a record before its operations. */
  static final int HEAD_BYTES = 20;

  static final int SEAL_BYTES = HEAD_BYTES + Long.BYTES;

  private static final int CHECKSUM_AT = 4;
  private static final int REVISION_AT = 8;
  private static final int COUNT_AT = 16;

  /** Bytes of an operation before its key. */
  private static final int OPERATION_BYTES = 23;

  private static final int VALUE_CHECKSUM_AT = 15;
  private static final int CHECK_AT = 19;

  private static final int MAX_PIECE_BYTES = 16 << 10;

  private static final byte PUT = 1;
  private static final byte DELETE = 2;

  private RecordFormat() {}

  /** Bytes that a record of these operations takes. */
  static long bytes(List<Operation> operations) {
    long bytes = HEAD_BYTES;
    for (Operation operation : operations) {
      bytes += OPERATION_BYTES + operation.key().length + operation.valueLength();
    }
    return bytes;
  }

  /** Writes an operation; returns where the next one goes. */
  static int putOperation(ByteBuffer target, int at, Operation operation) {
    byte[] key = operation.key();
    ByteBuffer fields = ByteBuffer.allocate(OPERATION_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    fields.put(0, operation.isDelete() ? DELETE : PUT);
    fields.putShort(1, (short) key.length);
    fields.putInt(3, operation.valueLength());
    fields.putLong(7, operation.expiresAt());
    fields.putInt(VALUE_CHECKSUM_AT, operation.valueChecksum());
    fields.putInt(CHECK_AT, check(fields));
    target.put(at, fields.array());
    target.put(at + OPERATION_BYTES, key);
    int valueAt = at + OPERATION_BYTES + key.length;
    if (operation.isDelete()) {
      return valueAt;
    }
    target.put(valueAt, operation.value());
    return valueAt + operation.value().length;
  }

  /** Writes the head of a record but for its length and checksum. */
  static void putHead(ByteBuffer target, int start, long revision, int operations) {
    target.putLong(start + REVISION_AT, revision);
    target.putInt(start + COUNT_AT, operations);
  }

  static void putLength(ByteBuffer target, int start, int length) {
    target.putInt(start, length);
  }

  /** Whether a record begins as it was put, which it does not on a page that is gone. */
  static boolean isHead(ByteBuffer segment, int start, long revision, int length) {
    byte[] copy = new byte[HEAD_BYTES];
    segment.get(start, copy);
    ByteBuffer head = ByteBuffer.wrap(copy).order(ByteOrder.LITTLE_ENDIAN);
    return head.getInt(0) == length && head.getLong(REVISION_AT) == revision;
  }

  static void putChecksum(ByteBuffer target, int start, int checksum) {
    target.putInt(start + CHECKSUM_AT, checksum);
  }

  /**
   * The checksum of a record.
   *
   * @param crc to compute it with
   * @param bytes with the record at {@code position}
   * @param offset where the record stands in the segment
   */
  static int checksum(
      CRC32C crc, ByteBuffer bytes, int position, long sequence, int offset, int length) {
    crc.reset();
    if (bytes.hasArray()) {
      crc.update(bytes.array(), position + REVISION_AT, length - REVISION_AT);
    } else {
      updateByPieces(crc, bytes, position + REVISION_AT, length - REVISION_AT);
    }
    int place = (Long.hashCode(sequence) * 31 + offset) * 31 + length;
    return (int) crc.getValue() ^ place * 0x9e37_79b9;
  }

  /** By copies, since the JVM dies where a checksum meets a page of a mapping that is gone. */
  private static void updateByPieces(CRC32C crc, ByteBuffer mapping, int from, int length) {
    byte[] piece = new byte[Math.min(length, MAX_PIECE_BYTES)];
    for (int done = 0; done < length; done += piece.length) {
      int bytes = Math.min(piece.length, length - done);
      mapping.get(from + done, piece, 0, bytes);
      crc.update(piece, 0, bytes);
    }
  }

  static int storedChecksum(ByteBuffer segment, int start) {
    return segment.getInt(start + CHECKSUM_AT);
  }

  static long revision(ByteBuffer segment, int start) {
    return segment.getLong(start + REVISION_AT);
  }

  static int operations(ByteBuffer segment, int start) {
    return segment.getInt(start + COUNT_AT);
  }

  /** Whether the operations of a record fill it, so that none reads beyond it. */
  static boolean areOperationsWhole(ByteBuffer segment, int start, int length) {
    int operations = operations(segment, start);
    int limit = start + length;
    int at = start + HEAD_BYTES;
    for (int i = 0; i < operations; i++) {
      if (limit - at < OPERATION_BYTES || valueLength(segment, at) < 0) {
        return false;
      }
      long bytes = OPERATION_BYTES + (long) keyLength(segment, at) + valueLength(segment, at);
      byte kind = segment.get(at);
      if (bytes > limit - at || kind != DELETE && kind != PUT) {
        return false;
      }
      at += (int) bytes;
    }
    return operations > 0 && at == limit;
  }

  /** A check of the fields of an operation before its key, in less time than a CRC takes. */
  private static int check(ByteBuffer fields) {
    long mixed = fields.getLong(0) * 0x9e37_79b9_7f4a_7c15L;
    mixed = Long.rotateLeft(mixed, 29) ^ fields.getLong(Long.BYTES);
    mixed = mixed * 0x9e37_79b9_7f4a_7c15L ^ fields.getInt(VALUE_CHECKSUM_AT);
    // Not 0 for zeros, which a page that is gone reads as.
    return ~Long.hashCode(mixed * 0x9e37_79b9_7f4a_7c15L);
  }

  /**
   * A copy of the fields of an operation before its key, as this class reads them at 0. The JVM
   * survives a page that is gone in a copy, but not in each instruction that computes with it.
   */
  static ByteBuffer fields(ByteBuffer segment, int at) {
    byte[] fields = new byte[OPERATION_BYTES];
    segment.get(at, fields);
    return ByteBuffer.wrap(fields).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** Whether the fields of an operation are as they were written. */
  static boolean areWhole(ByteBuffer fields) {
    return fields.getInt(CHECK_AT) == check(fields);
  }

  static int valueChecksum(ByteBuffer segment, int at) {
    return segment.getInt(at + VALUE_CHECKSUM_AT);
  }

  /** A copy of the bytes of a record before its operations, as this class reads them at 0. */
  static ByteBuffer head(byte[] copy) {
    return ByteBuffer.wrap(copy).order(ByteOrder.LITTLE_ENDIAN);
  }

  static boolean isDelete(ByteBuffer segment, int at) {
    return segment.get(at) == DELETE;
  }

  private static int keyLength(ByteBuffer segment, int at) {
    return Short.toUnsignedInt(segment.getShort(at + 1));
  }

  static int valueLength(ByteBuffer segment, int at) {
    return segment.getInt(at + 3);
  }

  static long expiresAt(ByteBuffer segment, int at) {
    return segment.getLong(at + 7);
  }

  static byte[] key(ByteBuffer segment, int at) {
    byte[] key = new byte[keyLength(segment, at)];
    segment.get(at + OPERATION_BYTES, key);
    return key;
  }

  static byte[] key(ByteBuffer segment, int at, ByteBuffer fields) {
    byte[] key = new byte[keyLength(fields, 0)];
    segment.get(at + OPERATION_BYTES, key);
    return key;
  }

  static byte[] value(ByteBuffer segment, int at, ByteBuffer fields) {
    byte[] value = new byte[valueLength(fields, 0)];
    segment.get(at + OPERATION_BYTES + keyLength(fields, 0), value);
    return value;
  }

  static ByteBuffer valueBuffer(ByteBuffer segment, int at, ByteBuffer fields) {
    return segment.slice(at + OPERATION_BYTES + keyLength(fields, 0), valueLength(fields, 0));
  }

  /** Where the operation behind one begins. */
  static int behind(ByteBuffer segment, int at) {
    return at + OPERATION_BYTES + keyLength(segment, at) + valueLength(segment, at);
  }

  /** The same by a copy of its fields. */
  static int behind(int at, ByteBuffer fields) {
    return at + OPERATION_BYTES + keyLength(fields, 0) + valueLength(fields, 0);
  }
}
