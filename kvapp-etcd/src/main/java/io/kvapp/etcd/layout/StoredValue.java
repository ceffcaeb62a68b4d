package io.kvapp.etcd.layout;

import com.google.protobuf.ByteString;
import io.etcd.jetcd.api.KeyValue;
import io.kvapp.Entry;
import io.kvapp.KVException;
import io.kvapp.engine.model.Limits;
import io.kvapp.engine.model.VersionedValue;
import java.nio.ByteBuffer;

/**
 * How the value of an entry is stored: its expiry as eight bytes, big-endian with the sign bit
 * flipped, a byte 0, and the value. An entry that never expires has eight bytes of all ones and a
 * byte 2, so that one comparison of bytes tells such entries from all others.
 *
 * <p>All methods may be called from any thread.
 */
public final class StoredValue {
  /** What stands before the value. */
  static final int HEADER_BYTES = Long.BYTES + 1;

  /** Below every value of an entry that never expires, and above every other. */
  public static final ByteString BELOW_LASTING = header(-1, 1);

  private static final int EXPIRES = 0;
  private static final int LASTS = 2;

  private StoredValue() {}

  private static ByteString header(long expiry, int mark) {
    return ByteString.copyFrom(
        ByteBuffer.allocate(HEADER_BYTES).putLong(expiry).put((byte) mark).flip());
  }

  /** The bytes of a value that expires at this time, 0 for never. */
  public static ByteString encode(byte[] value, long expiresAt) {
    ByteString header =
        expiresAt == 0
            ? header(-1, LASTS)
            : header(Limits.instant(expiresAt) ^ Long.MIN_VALUE, EXPIRES);
    return header.concat(ByteString.copyFrom(value));
  }

  public static VersionedValue decode(KeyValue stored) {
    ByteString bytes = stored.getValue();
    return new VersionedValue(
        stored.getModRevision(), expiresAt(stored), bytes.substring(HEADER_BYTES).toByteArray());
  }

  /** When the entry expires, 0 for never. */
  public static long expiresAt(KeyValue stored) {
    ByteString bytes = stored.getValue();
    int mark = bytes.size() < HEADER_BYTES ? -1 : bytes.byteAt(Long.BYTES);
    if (mark != EXPIRES && mark != LASTS) {
      throw new KVException.Corrupt(
          "the value of a key below the prefix of the store was not written by KVApp; give the"
              + " store a prefix of its own");
    }
    return mark == LASTS ? 0 : expiresAt(bytes.asReadOnlyByteBuffer().getLong());
  }

  /** The expiry of an entry that expires, from its first eight bytes or those of a sweep. */
  public static long expiresAt(long stored) {
    long instant = stored ^ Long.MIN_VALUE;
    return instant == 0 ? Entry.AT_EPOCH : instant;
  }

  public static int valueBytes(KeyValue stored) {
    return stored.getValue().size() - HEADER_BYTES;
  }
}
