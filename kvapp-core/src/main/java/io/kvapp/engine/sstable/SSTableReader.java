package io.kvapp.engine.sstable;

import io.kvapp.KVException;
import io.kvapp.engine.model.KeyHeads;
import io.kvapp.engine.model.Limits;
import io.kvapp.engine.model.StoredChange;
import io.kvapp.engine.model.ValueChecksum;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.zip.CRC32C;

/**
 * Reads the changes of an {@link SSTableFile} by ordinal, each checked but for {@link
 * #uncheckedHead}.
 *
 * <p>For one thread.
 */
public final class SSTableReader implements StoredChange {
  private static final int MAX_READ_AT_ONCE = 1024;
  private static final VarHandle SHORT =
      MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private final SSTableFile file;
  private final ByteBuffer view;
  private final int offsetsAt;
  private final CRC32C crc = new CRC32C();
  private byte[] head = new byte[SSTableFormat.HEAD_BYTES + 64];
  private int headBytes;
  private int offset;
  private int keyLength;

  SSTableReader(SSTableFile file, ByteBuffer mapping) {
    this.file = file;
    this.view = mapping.duplicate().order(ByteOrder.LITTLE_ENDIAN);
    this.offsetsAt = file.offsetsAt;
  }

  /**
   * Goes to a change and checks its head and key.
   *
   * @throws KVException.Corrupt if they are damaged
   */
  public void load(int ordinal) {
    int pointer = offsetsAt + ordinal * Integer.BYTES;
    int at = offsetAt(ordinal);
    if (at < SSTableFormat.HEADER_BYTES || at > offsetsAt - SSTableFormat.HEAD_BYTES) {
      throw file.found(pointer, "an offset points outside the file");
    }
    load(ordinal, at);
  }

  /**
   * Goes to the change behind the one it stands on, or to the first one, by their lengths instead
   * of the table of offsets.
   *
   * @return false where the table of offsets begins
   * @throws KVException.Corrupt if there is no whole change
   */
  public boolean loadBehind(int ordinal) {
    int at =
        ordinal == 0
            ? SSTableFormat.HEADER_BYTES
            : offset + SSTableFormat.HEAD_BYTES + keyLength + valueLength();
    if (at < SSTableFormat.HEADER_BYTES || at > offsetsAt - SSTableFormat.HEAD_BYTES) {
      throw file.found(Math.max(at, 0), "it ends too early");
    }
    if (view.getInt(at) == SSTableFormat.HEADER_BYTES) {
      return false;
    }
    load(ordinal, at);
    return true;
  }

  private void load(int ordinal, int at) {
    offset = at;
    read(head.length);
    keyLength = Short.toUnsignedInt((short) SHORT.get(head, 28));
    int bytes = SSTableFormat.HEAD_BYTES + keyLength;
    if (bytes > offsetsAt - offset) {
      throw file.found(offset, "a key runs out of the file");
    }
    if (bytes > headBytes) {
      head = new byte[bytes];
      read(bytes);
    }
    crc.reset();
    crc.update(head, Integer.BYTES, bytes - Integer.BYTES);
    if (((int) crc.getValue() ^ SSTableFormat.placeChecksum(file.id, ordinal))
        != (int) INT.get(head, 0)) {
      throw file.found(offset, "an entry does not match its checksum");
    }
  }

  /** Copies the change, or its first bytes, out of the mapping at once, as each copy costs. */
  private void read(int bytes) {
    headBytes = Math.min(bytes, offsetsAt - offset);
    try {
      view.get(offset, head, 0, headBytes);
    } catch (InternalError cut) {
      throw file.unreadable(cut);
    }
  }

  private int offsetAt(int ordinal) {
    try {
      return view.getInt(offsetsAt + ordinal * Integer.BYTES);
    } catch (InternalError cut) {
      throw file.unreadable(cut);
    }
  }

  /** Makes room for changes of a size, so that the next one is read at once. */
  private void expect(int bytes) {
    if (bytes > head.length && bytes <= MAX_READ_AT_ONCE) {
      head = Arrays.copyOf(head, bytes + bytes / 4);
    }
  }

  /**
   * The first ordinal whose key is not below {@code key}; {@link SSTableFile#count} where there is
   * none.
   */
  public int lowerBound(byte[] key) {
    return file.index(this).lowerBound(this, key);
  }

  /**
   * The {@linkplain KeyHeads#of head} of a key, read without a look at any checksum: of a damaged
   * entry it returns anything. The reader stays on the change it stands on.
   */
  long uncheckedHead(int ordinal, int from) {
    int at = offsetAt(ordinal);
    if (at < SSTableFormat.HEADER_BYTES || at > offsetsAt - SSTableFormat.HEAD_BYTES - from) {
      return 0;
    }
    try {
      int length = Short.toUnsignedInt(view.getShort(at + 28)) - from;
      if (length <= 0) {
        return 0;
      }
      // The offsets and the footer lie behind the last key.
      long head = Long.reverseBytes(view.getLong(at + SSTableFormat.HEAD_BYTES + from));
      return length < Long.BYTES ? head & -1L << Long.SIZE - Byte.SIZE * length : head;
    } catch (InternalError cut) {
      throw file.unreadable(cut);
    }
  }

  public int compareKey(byte[] other) {
    return Arrays.compareUnsigned(
        head,
        SSTableFormat.HEAD_BYTES,
        SSTableFormat.HEAD_BYTES + keyLength,
        other,
        0,
        other.length);
  }

  public byte[] key() {
    return Arrays.copyOfRange(head, SSTableFormat.HEAD_BYTES, SSTableFormat.HEAD_BYTES + keyLength);
  }

  @Override
  public long revision() {
    return (long) LONG.get(head, 8);
  }

  @Override
  public long expiresAt() {
    return (long) LONG.get(head, 16);
  }

  @Override
  public int valueLength() {
    return (int) INT.get(head, 24);
  }

  @Override
  public int valueChecksum() {
    return (int) INT.get(head, 4);
  }

  @Override
  public boolean isDelete() {
    return head[30] == SSTableFormat.DELETE;
  }

  /**
   * A new array with the value.
   *
   * @throws KVException.Corrupt if it is damaged
   */
  @Override
  public byte[] value() {
    int length = valueLength();
    int at = valueAt(length);
    Limits.readable(length);
    int inHead = SSTableFormat.HEAD_BYTES + keyLength;
    byte[] value;
    crc.reset();
    if (length <= headBytes - inHead) {
      value = Arrays.copyOfRange(head, inHead, inHead + length);
    } else {
      value = new byte[length];
      try {
        view.get(at, value);
      } catch (InternalError cut) {
        throw file.unreadable(cut);
      }
      expect(inHead + length);
    }
    crc.update(value);
    checkValue(at);
    return value;
  }

  /**
   * The value where it stands in the file, or a copy that the next step overwrites.
   *
   * @throws KVException.Corrupt if it is damaged
   */
  @Override
  public ByteBuffer valueBuffer() {
    int length = valueLength();
    int at = valueAt(length);
    int inHead = SSTableFormat.HEAD_BYTES + keyLength;
    expect(inHead + length);
    if (length <= headBytes - inHead) {
      crc.reset();
      crc.update(head, inHead, length);
      checkValue(at);
      return ByteBuffer.wrap(head, inHead, length).slice();
    }
    ByteBuffer value = view.slice(at, length);
    try {
      if (ValueChecksum.of(value) != valueChecksum()) {
        throw file.found(at, "a value does not match its checksum");
      }
    } catch (InternalError cut) {
      throw file.unreadable(cut);
    }
    return value;
  }

  private int valueAt(int length) {
    int at = offset + SSTableFormat.HEAD_BYTES + keyLength;
    if (length < 0 || length > offsetsAt - at) {
      throw file.found(offset, "a value runs out of the file");
    }
    return at;
  }

  private void checkValue(int at) {
    if ((int) crc.getValue() != (int) INT.get(head, 4)) {
      throw file.found(at, "a value does not match its checksum");
    }
  }
}
