package io.kvapp.engine.sstable;

import io.kvapp.engine.file.Disk;
import io.kvapp.engine.file.Unmapper;
import io.kvapp.engine.model.Cursor;
import io.kvapp.engine.model.Limits;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * Writes sorted changes into the files of an SSTable: see {@link SSTableFormat}. A new file is
 * begun when one is full.
 *
 * <p>For one thread, which is never interrupted.
 */
public final class SSTableWriter implements Closeable {
  private static final int MAX_FILE_BYTES = 256 << 20;

  /** What is kept in the heap of each entry, its offset and its expiry, is a fraction of that. */
  private static final int MAX_FILE_ENTRIES =
      (int) Math.min(8 << 20, Runtime.getRuntime().maxMemory() / 1024);

  private static final int FIRST_BUFFER_BYTES = 64 << 10;

  /** Written at once, so that Linux keeps the file in huge pages. */
  private static final int MAX_BUFFER_BYTES = 4 << 20;

  private static final int BYTES_BETWEEN_SYNCS = 32 << 20;

  private final SSTableFolder folder;
  private final Disk disk;
  private final long number;
  private final boolean synced;
  private long expectedBytes;
  private ByteBuffer buffer = buffer(FIRST_BUFFER_BYTES);
  private final CRC32C crc = new CRC32C();
  private final byte[] head = new byte[SSTableFormat.HEAD_BYTES];
  private final ByteBuffer headView = ByteBuffer.wrap(head).order(ByteOrder.LITTLE_ENDIAN);
  private final List<SSTableFile.Identity> finished = new ArrayList<>();
  private final List<Path> written = new ArrayList<>();

  private FileChannel channel;
  private long flushed;
  private long syncedAt;
  private int[] offsets = new int[1024];
  private final List<ExpirySection.Expiry> expiries = new ArrayList<>();
  private int count;
  private int deletes;
  private long liveBytes;
  private boolean complete;

  /**
   * A writer of the files of an SSTable.
   *
   * @param number the number of the SSTable, never used before in this folder
   * @param expectedBytes about how many bytes there will be; 0 for files that are not written over
   *     recycled ones
   * @param synced whether {@link #finish} waits until the files are on the disk
   */
  public SSTableWriter(SSTableFolder folder, long number, long expectedBytes, boolean synced) {
    this.folder = folder;
    this.disk = folder.disk;
    this.number = number;
    this.expectedBytes = expectedBytes;
    this.synced = synced;
  }

  /** Writes the change that {@code cursor} stands on; its key is above the last one. */
  public void add(Cursor cursor) throws IOException {
    add(
        cursor.key(),
        cursor.isDelete() ? null : cursor.valueBuffer(),
        cursor.isDelete() ? 0 : cursor.valueChecksum(),
        cursor.revision(),
        cursor.expiresAt());
  }

  /** Writes a change with the checksum that came with its value; a null value is a delete. */
  private void add(byte[] key, ByteBuffer value, int valueChecksum, long revision, long expiresAt)
      throws IOException {
    if (channel == null) {
      begin();
    } else if (position() >= MAX_FILE_BYTES || count >= MAX_FILE_ENTRIES) {
      finishFile();
      begin();
    }
    int valueLength = value == null ? 0 : value.remaining();
    if (count == offsets.length) {
      offsets = Arrays.copyOf(offsets, count * 2);
    }
    offsets[count] = (int) position();
    headView.putInt(4, valueChecksum);
    headView.putLong(8, revision);
    headView.putLong(16, expiresAt);
    headView.putInt(24, valueLength);
    headView.putShort(28, (short) key.length);
    headView.put(30, value == null ? SSTableFormat.DELETE : SSTableFormat.PUT);
    crc.reset();
    crc.update(head, Integer.BYTES, head.length - Integer.BYTES);
    crc.update(key);
    headView.putInt(0, (int) crc.getValue() ^ SSTableFormat.placeChecksum(fileId(), count));
    put(head);
    put(key);
    if (value == null) {
      deletes++;
    } else {
      if (expiresAt != 0) {
        expiries.add(new ExpirySection.Expiry(Limits.instant(expiresAt), count));
      }
      put(value);
      liveBytes += key.length + (long) valueLength;
    }
    count++;
  }

  /** Ends the last file; the files in order of their keys. */
  public List<SSTableFile.Identity> finish() throws IOException {
    if (channel != null) {
      finishFile();
    }
    complete = true;
    return finished;
  }

  /** Closes the writer, and deletes its files unless it was finished. */
  @Override
  public void close() throws IOException {
    Unmapper.unmap(buffer);
    if (channel != null) {
      channel.close();
    }
    if (!complete) {
      for (Path file : written) {
        disk.delete(file);
      }
    }
  }

  private long fileId() {
    return SSTableFileName.id(number, finished.size());
  }

  private Path file() {
    return written.get(written.size() - 1);
  }

  private long position() {
    return flushed + buffer.position();
  }

  private void begin() throws IOException {
    Path file = SSTableFileName.file(folder.path, number, finished.size());
    written.add(file);
    channel = folder.create(file, Math.min(MAX_FILE_BYTES, expectedBytes));
    flushed = 0;
    syncedAt = 0;
    count = 0;
    deletes = 0;
    expiries.clear();
    liveBytes = 0;
    buffer.clear();
    buffer.putLong(SSTableFormat.MAGIC).putLong(fileId());
  }

  private void finishFile() throws IOException {
    int offsetsAt = (int) position();
    for (int i = 0; i < count; i++) {
      room(Integer.BYTES);
      buffer.putInt(offsets[i]);
    }
    int expiriesChecksum = putExpiries();
    room(SSTableFormat.FOOTER_BYTES);
    int footer = buffer.position();
    buffer.putLong(SSTableFormat.MAGIC).putLong(fileId());
    buffer.putInt(count).putInt(offsetsAt).putInt(deletes).putInt(expiries.size());
    buffer.putLong(liveBytes);
    buffer.putLong(expiries.isEmpty() ? Long.MAX_VALUE : expiries.get(0).at());
    buffer.putInt(expiriesChecksum);
    int checksum = SSTableFormat.footerChecksum(buffer, footer);
    buffer.putInt(checksum);
    flush();
    disk.truncate(channel, flushed);
    if (synced) {
      disk.force(channel, file());
    }
    channel.close();
    channel = null;
    expectedBytes -= Math.max(0, Math.min(expectedBytes - 1, flushed));
    String name = file().getFileName().toString();
    finished.add(new SSTableFile.Identity(name, flushed, checksum));
  }

  /** Writes which entries expire, by time; returns the checksum of that. */
  private int putExpiries() throws IOException {
    ExpirySection.sort(expiries);
    crc.reset();
    for (ExpirySection.Expiry expiry : expiries) {
      room(ExpirySection.BYTES);
      int from = buffer.position();
      buffer.putLong(expiry.at()).putInt(expiry.ordinal());
      crc.update(buffer.duplicate().limit(buffer.position()).position(from));
    }
    return (int) crc.getValue();
  }

  private void put(byte[] bytes) throws IOException {
    for (int at = 0; at < bytes.length; ) {
      room(1);
      int piece = Math.min(buffer.remaining(), bytes.length - at);
      buffer.put(bytes, at, piece);
      at += piece;
    }
  }

  private void put(ByteBuffer bytes) throws IOException {
    for (int at = bytes.position(); at < bytes.limit(); ) {
      room(1);
      int piece = Math.min(buffer.remaining(), bytes.limit() - at);
      buffer.put(buffer.position(), bytes, at, piece);
      buffer.position(buffer.position() + piece);
      at += piece;
    }
  }

  private void room(int bytes) throws IOException {
    if (buffer.remaining() < bytes) {
      if (buffer.capacity() < MAX_BUFFER_BYTES) {
        enlargeBuffer();
      } else {
        flush();
      }
    }
  }

  private void enlargeBuffer() {
    ByteBuffer larger = buffer(buffer.capacity() * 4);
    larger.put(buffer.flip());
    Unmapper.unmap(buffer);
    buffer = larger;
  }

  private static ByteBuffer buffer(int bytes) {
    return ByteBuffer.allocateDirect(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  private void flush() throws IOException {
    buffer.flip();
    flushed += buffer.remaining();
    disk.write(channel, file(), buffer);
    buffer.clear();
    if (synced && flushed - syncedAt >= BYTES_BETWEEN_SYNCS) {
      disk.force(channel, file());
      syncedAt = flushed;
    }
  }
}
