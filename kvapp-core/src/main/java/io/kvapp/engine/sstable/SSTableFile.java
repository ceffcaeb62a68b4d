package io.kvapp.engine.sstable;

import io.kvapp.KVException;
import io.kvapp.engine.file.Disk;
import io.kvapp.engine.file.Unmapper;
import io.kvapp.engine.model.KeyHeads;
import io.kvapp.engine.model.Limits;
import io.kvapp.engine.model.StoredChange;
import io.kvapp.engine.model.ValueChecksum;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.lang.ref.SoftReference;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.zip.CRC32C;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One file of an SSTable: changes sorted by key, immutable, memory-mapped; see {@link
 * SSTableFormat}. Every read checks the checksums of the bytes it returns, but for {@link
 * Reader#uncheckedHead}.
 *
 * <p>Safe for any thread, each with a reader of its own.
 */
public final class SSTableFile {
  private static final Logger LOG = LoggerFactory.getLogger(SSTableFile.class);
  private static final int MAX_READ_AT_ONCE = 1024;
  private static final VarHandle SHORT =
      MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  /** The {@link #count} of a file whose footer is damaged. */
  public static final int UNKNOWN = -1;

  /**
   * What the manifest knows of a file, so that another file in its place is found out.
   *
   * @param name its name in the folder
   * @param bytes its size
   * @param checksum the checksum of its footer
   */
  public record Identity(String name, long bytes, int checksum) {}

  public final Path path;
  public final Identity identity;
  public final int count;
  final int deletes;
  final long liveBytes;

  /** When its first entry expires; the largest number for never. */
  final long firstExpiry;

  private final long id;
  private final int offsetsAt;
  private final MappedByteBuffer buffer;

  /** Given up when the heap is short, and read again. */
  private volatile SoftReference<SparseIndex> index = new SoftReference<>(null);

  private volatile ExpirySection expiries;

  private SSTableFile(Path path, Identity identity, MappedByteBuffer buffer) {
    int footer = buffer.capacity() - SSTableFormat.FOOTER_BYTES;
    this.path = path;
    this.identity = identity;
    this.buffer = buffer;
    this.id = buffer.getLong(footer + 8);
    this.count = buffer.getInt(footer + 16);
    this.offsetsAt = buffer.getInt(footer + 20);
    this.deletes = buffer.getInt(footer + 24);
    this.liveBytes = buffer.getLong(footer + 32);
    this.firstExpiry = buffer.getLong(footer + 40);
  }

  /** A file whose footer is damaged. */
  private SSTableFile(Path path, long id, MappedByteBuffer buffer) {
    this.path = path;
    this.identity = new Identity(path.getFileName().toString(), buffer.capacity(), 0);
    this.buffer = buffer;
    this.id = id;
    this.count = UNKNOWN;
    this.offsetsAt = buffer.capacity();
    this.deletes = 0;
    this.liveBytes = 0;
    this.firstExpiry = Long.MAX_VALUE;
  }

  /**
   * Maps a file that may be damaged, to read its readable parts.
   *
   * @return with a {@link #count} below zero when its footer is damaged
   * @throws KVException.Corrupt if it is missing or empty
   */
  public static SSTableFile openAnyway(Path path) throws IOException {
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      long bytes = Math.min(channel.size(), Integer.MAX_VALUE);
      if (bytes < SSTableFormat.HEADER_BYTES + SSTableFormat.HEAD_BYTES) {
        throw damaged(path, -1, "it has only " + bytes + " bytes");
      }
      MappedByteBuffer buffer = Disk.map(channel, bytes);
      SSTableFormat.requireKnown(path, buffer);
      if (SSTableFormat.isFooterWhole(buffer)) {
        int checksum = SSTableFormat.storedChecksum(buffer);
        return new SSTableFile(
            path, new Identity(path.getFileName().toString(), bytes, checksum), buffer);
      }
      return new SSTableFile(path, SSTableFileName.id(path).orElse(buffer.getLong(8)), buffer);
    } catch (NoSuchFileException missing) {
      throw damaged(path, -1, "the file is missing");
    }
  }

  /**
   * Maps a file.
   *
   * @throws KVException.Corrupt if it is missing, or is not the file the manifest means
   * @throws KVException.UnknownFormat if it is one of another format
   */
  public static SSTableFile open(Path folder, Identity identity) throws IOException {
    Path path = folder.resolve(identity.name());
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      long bytes = channel.size();
      if (bytes != identity.bytes()) {
        throw damaged(path, -1, "it has " + bytes + " bytes instead of " + identity.bytes());
      }
      MappedByteBuffer buffer = Disk.map(channel, bytes);
      SSTableFormat.requireKnown(path, buffer);
      if (!SSTableFormat.isWhole(buffer, identity.checksum())) {
        Unmapper.unmap(buffer);
        throw damaged(
            path, bytes - SSTableFormat.FOOTER_BYTES, "header or footer is not the one written");
      }
      return new SSTableFile(path, identity, buffer);
    } catch (NoSuchFileException missing) {
      throw damaged(path, -1, "the file is missing");
    }
  }

  private static KVException.Corrupt damaged(Path path, long offset, String what) {
    return new KVException.Corrupt(
        path,
        offset,
        what,
        offset < 0 ? "every entry of this file" : "the entries that cannot be read");
  }

  KVException.Corrupt unreadable(InternalError cause) {
    KVException.Corrupt damage = damaged(path, -1, Disk.UNREADABLE);
    damage.initCause(cause);
    return damage;
  }

  /** Damage that was found, or the page that is gone which has led to it. */
  private KVException.Corrupt found(long offset, String what) {
    try {
      Disk.throwLateError();
    } catch (InternalError cut) {
      return unreadable(cut);
    }
    return damaged(path, offset, what);
  }

  /** Whether the file on the disk is shorter than it was when it was mapped. */
  public boolean isCut() {
    return path.toFile().length() < identity.bytes();
  }

  /**
   * Checks that the file on the disk is as long as it was when it was mapped.
   *
   * @throws KVException.Corrupt if it was cut
   */
  public void requireUncut() {
    if (isCut()) {
      throw damaged(path, -1, Disk.UNREADABLE);
    }
  }

  private SparseIndex index(Reader reader) {
    SparseIndex known = index.get();
    if (known == null) {
      known = new SparseIndex(reader, count);
      index = new SoftReference<>(known);
    }
    return known;
  }

  /** What expires in it; gathered from the entries where what is stored of it is damaged. */
  ExpirySection expiries() {
    ExpirySection known = expiries;
    if (known == null) {
      known = storedExpiries();
      if (known == null) {
        LOG.warn("{}: when its entries expire is damaged and is gathered from them", path);
        known = ExpirySection.gather(this);
      }
      expiries = known;
    }
    return known;
  }

  /** Whether what is stored of its expiries is whole; the entries have it too. */
  public boolean areExpiriesWhole() {
    return storedExpiries() != null;
  }

  private ExpirySection storedExpiries() {
    int footer = buffer.capacity() - SSTableFormat.FOOTER_BYTES;
    try {
      int bytes = buffer.getInt(footer + 28) * ExpirySection.BYTES;
      int checksum = buffer.getInt(footer + 48);
      ExpirySection whole = ExpirySection.read(this, buffer.slice(footer - bytes, bytes), checksum);
      Disk.throwLateError();
      return whole;
    } catch (InternalError cut) {
      throw unreadable(cut);
    }
  }

  /**
   * Reads everything.
   *
   * @throws KVException.Corrupt if anything is damaged
   */
  public void readAll() {
    Reader reader = reader();
    for (int ordinal = 0; ordinal < count; ordinal++) {
      reader.load(ordinal);
      reader.valueBuffer();
    }
  }

  public Reader reader() {
    return new Reader();
  }

  /** Gives the mapping back; nothing may read the file afterwards. */
  public void unmap() {
    Unmapper.unmap(buffer);
  }

  /** Reads changes by ordinal. For one thread. */
  public final class Reader implements StoredChange {
    private final ByteBuffer view = buffer.duplicate().order(ByteOrder.LITTLE_ENDIAN);
    private final CRC32C crc = new CRC32C();
    private byte[] head = new byte[SSTableFormat.HEAD_BYTES + 64];
    private int headBytes;
    private int offset;
    private int keyLength;

    private Reader() {}

    /**
     * Goes to a change and checks its head and key.
     *
     * @throws KVException.Corrupt if they are damaged
     */
    public void load(int ordinal) {
      int pointer = offsetsAt + ordinal * Integer.BYTES;
      int at = offsetAt(ordinal);
      if (at < SSTableFormat.HEADER_BYTES || at > offsetsAt - SSTableFormat.HEAD_BYTES) {
        throw found(pointer, "an offset points outside the file");
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
        throw found(Math.max(at, 0), "it ends too early");
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
        throw found(offset, "a key runs out of the file");
      }
      if (bytes > headBytes) {
        head = new byte[bytes];
        read(bytes);
      }
      crc.reset();
      crc.update(head, Integer.BYTES, bytes - Integer.BYTES);
      if (((int) crc.getValue() ^ SSTableFormat.placeChecksum(id, ordinal))
          != (int) INT.get(head, 0)) {
        throw found(offset, "an entry does not match its checksum");
      }
    }

    /** Copies the change, or its first bytes, out of the mapping at once, as each copy costs. */
    private void read(int bytes) {
      headBytes = Math.min(bytes, offsetsAt - offset);
      try {
        view.get(offset, head, 0, headBytes);
      } catch (InternalError cut) {
        throw unreadable(cut);
      }
    }

    private int offsetAt(int ordinal) {
      try {
        return view.getInt(offsetsAt + ordinal * Integer.BYTES);
      } catch (InternalError cut) {
        throw unreadable(cut);
      }
    }

    /** Makes room for changes of a size, so that the next one is read at once. */
    private void expect(int bytes) {
      if (bytes > head.length && bytes <= MAX_READ_AT_ONCE) {
        head = Arrays.copyOf(head, bytes + bytes / 4);
      }
    }

    /** The first ordinal whose key is not below {@code key}; {@link #count} where there is none. */
    public int lowerBound(byte[] key) {
      return index(this).lowerBound(this, key);
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
        throw unreadable(cut);
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
      return Arrays.copyOfRange(
          head, SSTableFormat.HEAD_BYTES, SSTableFormat.HEAD_BYTES + keyLength);
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
          throw unreadable(cut);
        }
        expect(inHead + length);
      }
      crc.update(value);
      checkValue(at);
      return value;
    }

    /**
     * The value where it stands in the file.
     *
     * @throws KVException.Corrupt if it is damaged
     */
    @Override
    public ByteBuffer valueBuffer() {
      int length = valueLength();
      int at = valueAt(length);
      ByteBuffer value = view.slice(at, length);
      try {
        if (ValueChecksum.of(value) != valueChecksum()) {
          throw found(at, "a value does not match its checksum");
        }
      } catch (InternalError cut) {
        throw unreadable(cut);
      }
      return value;
    }

    private int valueAt(int length) {
      int at = offset + SSTableFormat.HEAD_BYTES + keyLength;
      if (length < 0 || length > offsetsAt - at) {
        throw found(offset, "a value runs out of the file");
      }
      return at;
    }

    private void checkValue(int at) {
      if ((int) crc.getValue() != (int) INT.get(head, 4)) {
        throw found(at, "a value does not match its checksum");
      }
    }
  }
}
