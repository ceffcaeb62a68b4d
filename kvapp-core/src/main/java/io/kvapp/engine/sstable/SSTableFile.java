package io.kvapp.engine.sstable;

import io.kvapp.KVException;
import io.kvapp.engine.file.Disk;
import io.kvapp.engine.file.Unmapper;
import java.io.IOException;
import java.lang.ref.SoftReference;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One file of an SSTable: changes sorted by key, immutable, memory-mapped; see {@link
 * SSTableFormat}. Every read checks the checksums of the bytes it returns, but for {@link
 * SSTableReader#uncheckedHead}.
 *
 * <p>Safe for any thread, each with a reader of its own.
 */
public final class SSTableFile {
  private static final Logger LOG = LoggerFactory.getLogger(SSTableFile.class);

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

  final long id;
  final int offsetsAt;
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
        throw endsDamaged(path, bytes);
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

  private static KVException.Corrupt endsDamaged(Path path, long bytes) {
    return damaged(
        path, bytes - SSTableFormat.FOOTER_BYTES, "header or footer is not the one written");
  }

  KVException.Corrupt unreadable(InternalError cause) {
    Disk.takeLateErrors();
    KVException.Corrupt damage = damaged(path, -1, Disk.UNREADABLE);
    damage.initCause(cause);
    return damage;
  }

  /** Damage that was found, or the page that is gone which has led to it. */
  KVException.Corrupt found(long offset, String what) {
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
   * Checks that the file on the disk is as long as it was when it was mapped, and that header and
   * footer are the ones written.
   *
   * @throws KVException.Corrupt if it was cut or one of them is damaged
   */
  public void requireWhole() {
    if (isCut()) {
      throw damaged(path, -1, Disk.UNREADABLE);
    }
    boolean whole;
    try {
      whole = SSTableFormat.isWhole(buffer, identity.checksum());
      Disk.throwLateError();
    } catch (InternalError cut) {
      throw unreadable(cut);
    }
    if (!whole) {
      throw endsDamaged(path, identity.bytes());
    }
  }

  SparseIndex index(SSTableReader reader) {
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
    SSTableReader reader = reader();
    for (int ordinal = 0; ordinal < count; ordinal++) {
      reader.load(ordinal);
      reader.valueBuffer();
    }
  }

  public SSTableReader reader() {
    return new SSTableReader(this, buffer);
  }

  /** Gives the mapping back; nothing may read the file afterwards. */
  public void unmap() {
    Unmapper.unmap(buffer);
  }
}
