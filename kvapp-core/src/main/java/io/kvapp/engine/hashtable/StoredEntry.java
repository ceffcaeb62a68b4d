package io.kvapp.engine.hashtable;

import io.kvapp.engine.model.Limits;
import io.kvapp.engine.model.VersionedValue;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;
import net.openhft.chronicle.algo.hashing.LongHashFunction;
import net.openhft.chronicle.bytes.Bytes;
import net.openhft.chronicle.bytes.BytesStore;
import net.openhft.chronicle.bytes.RandomDataInput;
import net.openhft.chronicle.bytes.RandomDataOutput;
import net.openhft.chronicle.core.Memory;
import net.openhft.chronicle.core.OS;
import net.openhft.chronicle.hash.AbstractData;
import net.openhft.chronicle.hash.Data;
import net.openhft.chronicle.hash.serialization.DataAccess;
import net.openhft.chronicle.hash.serialization.SizedReader;
import net.openhft.chronicle.wire.WireIn;
import net.openhft.chronicle.wire.WireOut;

/**
 * An entry on its way into the map or out of it.
 *
 * <p>For one thread: each has one of its own and uses it for every call.
 */
final class StoredEntry extends AbstractData<StoredEntry> {
  private static final byte VALUE_FOLLOWS = 0;
  private static final byte VALUE_ELSEWHERE = 1;
  private static final byte[] NO_VALUE = {};
  private static final int CHECKED_HEADER_BYTES = HashTableLayout.HEADER_BYTES - Integer.BYTES;
  private static final VarHandle NATIVE_LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.nativeOrder());

  private static final VarHandle NATIVE_INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.nativeOrder());
  private static final int MAX_LENGTH_BYTES = 5;

  private final CRC32C crc = new CRC32C();

  /** The key and what of the header the checksum covers, as one array. */
  private byte[] checked = new byte[64];

  private int checksum;
  private long revision;
  private long expiresAt;
  private byte flag;
  private byte[] value;
  private int keyLength;

  private byte[] whole = {};
  private int wholeLength;

  /** What {@link #withLength} returns. */
  private ByteBuffer encoded = ByteBuffer.allocateDirect(0);

  /** Takes an entry that is to be stored; a null value is stored elsewhere. */
  StoredEntry set(byte[] key, long revision, long expiresAt, byte[] value) {
    this.revision = revision;
    this.expiresAt = expiresAt;
    this.flag = value == null ? VALUE_ELSEWHERE : VALUE_FOLLOWS;
    this.value = value == null ? NO_VALUE : value;
    checksum = checksumWith(key);
    return this;
  }

  /**
   * Copies a key out of the map.
   *
   * @throws HashTable.DamagedException if it is longer than any key, or than what is left of the
   *     map
   */
  static byte[] keyOf(Data<byte[]> stored) {
    long size = stored.size();
    long left = stored.bytes().realCapacity() - stored.offset();
    if (size < 0 || size > Math.min(left, Limits.MAX_KEY_BYTES)) {
      throw new HashTable.DamagedException(size);
    }
    byte[] key = new byte[(int) stored.size()];
    long address = stored.bytes().addressForRead(stored.offset());
    Codec.MEMORY.readBytes(address, key, 0, key.length);
    return key;
  }

  /** Lets go of the caller's value. */
  void forget() {
    value = null;
  }

  /**
   * Returns the entry that was read, and forgets its value, which is the caller's from here on.
   *
   * @throws HashTable.DamagedException if its checksum does not match
   */
  VersionedValue verified(byte[] key) {
    byte[] read = value;
    boolean sound = read != null && checksum == checksumWith(key);
    value = null;
    if (!sound) {
      throw new HashTable.DamagedException(key);
    }
    return new VersionedValue(revision, expiresAt, flag == VALUE_ELSEWHERE ? null : read);
  }

  /** Feeds all but the value in one piece, as each piece costs as much as many bytes. */
  private int checksumWith(byte[] key) {
    int end = key.length + CHECKED_HEADER_BYTES;
    if (checked.length < end) {
      checked = new byte[2 * end];
    }
    System.arraycopy(key, 0, checked, 0, key.length);
    NATIVE_LONG.set(checked, key.length, revision);
    NATIVE_LONG.set(checked, key.length + Long.BYTES, expiresAt);
    checked[end - 1] = flag;
    keyLength = key.length;
    crc.reset();
    crc.update(checked, 0, end);
    crc.update(value);
    return (int) crc.getValue();
  }

  @Override
  public long size() {
    return HashTableLayout.HEADER_BYTES + value.length;
  }

  @Override
  @SuppressWarnings("rawtypes")
  public void writeTo(RandomDataOutput target, long targetOffset) {
    target.writeInt(targetOffset, checksum);
    target.write(targetOffset + Integer.BYTES, checked, keyLength, CHECKED_HEADER_BYTES);
    target.write(targetOffset + HashTableLayout.HEADER_BYTES, value, 0, value.length);
  }

  /** Encodes all that follows the key of an entry: the length, then what is stored. */
  ByteBuffer withLength() {
    long rest = size();
    int bytes = HashTableLayout.lengthBytes(rest) + (int) rest;
    if (encoded.capacity() < bytes) {
      encoded = ByteBuffer.allocateDirect(2 * bytes).order(ByteOrder.nativeOrder());
    }
    encoded.clear();
    while (rest >= 0x80) {
      encoded.put((byte) (rest | 0x80));
      rest >>>= 7;
    }
    return encoded
        .put((byte) rest)
        .putInt(checksum)
        .put(checked, keyLength, CHECKED_HEADER_BYTES)
        .put(value)
        .flip();
  }

  /** Takes an entry and encodes all of it, as it lies in the map; forgets the value. */
  StoredEntry encode(byte[] key, VersionedValue entry) {
    set(key, entry.revision(), entry.expiresAt(), entry.value());
    int rest = (int) size();
    int most = 2 * MAX_LENGTH_BYTES + key.length + rest;
    if (whole.length < most) {
      whole = new byte[2 * most];
    }
    int at = putLength(0, key.length);
    System.arraycopy(key, 0, whole, at, key.length);
    at = putLength(at + key.length, rest);
    NATIVE_INT.set(whole, at, checksum);
    System.arraycopy(checked, keyLength, whole, at + Integer.BYTES, CHECKED_HEADER_BYTES);
    System.arraycopy(value, 0, whole, at + HashTableLayout.HEADER_BYTES, value.length);
    wholeLength = at + rest;
    value = null;
    return this;
  }

  private int putLength(int from, int length) {
    int at = from;
    int rest = length;
    while (rest >= 0x80) {
      whole[at++] = (byte) (rest | 0x80);
      rest >>>= 7;
    }
    whole[at++] = (byte) rest;
    return at;
  }

  /** What {@link #encode} made; longer than that. */
  byte[] encoded() {
    return whole;
  }

  int encodedLength() {
    return wholeLength;
  }

  @Override
  public StoredEntry get() {
    return this;
  }

  @Override
  public StoredEntry getUsing(StoredEntry using) {
    return this;
  }

  @Override
  public RandomDataInput bytes() {
    throw new UnsupportedOperationException();
  }

  @Override
  public long offset() {
    throw new UnsupportedOperationException();
  }

  /** Reads a key where it lies in the caller's array, so that a call leaves no garbage behind. */
  static final class KeyAccess extends AbstractData<byte[]> implements DataAccess<byte[]> {
    private transient byte[] key;

    @Override
    public Data<byte[]> getData(byte[] instance) {
      key = instance;
      return this;
    }

    @Override
    public void uninit() {
      key = null;
    }

    @Override
    public DataAccess<byte[]> copy() {
      return new KeyAccess();
    }

    @Override
    public RandomDataInput bytes() {
      return BytesStore.wrap(key);
    }

    @Override
    public long offset() {
      return 0;
    }

    @Override
    public long size() {
      return key.length;
    }

    @Override
    public byte[] get() {
      return key;
    }

    @Override
    public byte[] getUsing(byte[] using) {
      return key.clone();
    }

    @Override
    public long hash(LongHashFunction function) {
      return function.hashBytes(key);
    }

    @Override
    public boolean equivalent(RandomDataInput source, long sourceOffset) {
      long address = source.addressForRead(sourceOffset);
      int i = 0;
      for (; i <= key.length - Long.BYTES; i += Long.BYTES) {
        if (Codec.MEMORY.readLong(address + i) != (long) NATIVE_LONG.get(key, i)) {
          return false;
        }
      }
      for (; i < key.length; i++) {
        if (Codec.MEMORY.readByte(address + i) != key[i]) {
          return false;
        }
      }
      return true;
    }

    @Override
    @SuppressWarnings("rawtypes")
    public void writeTo(RandomDataOutput target, long targetOffset) {
      target.write(targetOffset, key, 0, key.length);
    }

    @Override
    public void writeMarshallable(WireOut wire) {}

    @Override
    public void readMarshallable(WireIn wire) {}
  }

  /** Copies what is stored out of the map into the reading thread's own object. */
  static final class Codec implements SizedReader<StoredEntry>, DataAccess<StoredEntry> {
    // Not in the outer class, which initializes before Chronicle has access to the JDK.
    static final Memory MEMORY = OS.memory();

    @Override
    public StoredEntry read(Bytes<?> in, long size, StoredEntry using) {
      using.value = null;
      if (size < HashTableLayout.HEADER_BYTES || size > in.readRemaining()) {
        return using;
      }
      long address = in.addressForRead(in.readPosition());
      using.checksum = MEMORY.readInt(address);
      using.revision = MEMORY.readLong(address + Integer.BYTES);
      using.expiresAt = MEMORY.readLong(address + Integer.BYTES + Long.BYTES);
      using.flag = MEMORY.readByte(address + HashTableLayout.HEADER_BYTES - 1);
      int length = (int) size - HashTableLayout.HEADER_BYTES;
      using.value = length == 0 ? NO_VALUE : new byte[length];
      MEMORY.readBytes(address + HashTableLayout.HEADER_BYTES, using.value, 0, length);
      return using;
    }

    @Override
    public Data<StoredEntry> getData(StoredEntry instance) {
      return instance;
    }

    @Override
    public void uninit() {}

    @Override
    public DataAccess<StoredEntry> copy() {
      return this;
    }

    @Override
    public void writeMarshallable(WireOut wire) {}

    @Override
    public void readMarshallable(WireIn wire) {}
  }
}
