package io.kvapp.engine.journal;

import io.kvapp.KVException;
import io.kvapp.engine.file.Disk;
import io.kvapp.engine.file.Unmapper;
import io.kvapp.engine.model.Operation;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.CRC32C;

/**
 * One file of the journal: preallocated, memory-mapped, filled with records from front to back.
 *
 * <pre>
 * header, 64 bytes   magic (8), sequence (8), capacity (4), CRC32C of these 20 bytes (4),
 *                    synced offset (4), the same scrambled with the sequence (4), zeros
 * record             length (4), CRC32C (4), revision (8), operation count (4), operations
 * operation          kind (1), key length (2), value length (4), expires at (8), key, value
 * </pre>
 *
 * Integers are little-endian. A length of 0 ends the records. A record of no operations seals the
 * segment; it holds the sequence (8) of the segment in which the journal goes on. A record's
 * checksum is over everything in it but the checksum, mixed with the sequence and the record's
 * offset, so that a record is valid in its own place only.
 *
 * <p>A store into the mapping is in the operating system's memory at once and survives the death of
 * the process. The first store into a page costs as much as dozens of others, and so does the first
 * after each sync. A large segment, which a busy store has, is therefore laid out for the
 * processor's huge pages; a small one is not, as a sync writes whole pages. Where each write is
 * synced, small records are written by a call instead: a page that was stored into since its last
 * sync makes the next one commit the file's metadata too, which takes twice as long as the sync
 * itself. Appends come from one thread at a time; everything appended may be read by any thread
 * that learned of it safely.
 */
public final class JournalSegment {
  public static final int HEADER_BYTES = 64;
  static final int RECORD_BYTES = 20;
  static final int OPERATION_BYTES = 15;
  static final int SEAL_BYTES = RECORD_BYTES + Long.BYTES;

  /** Bytes of a segment that records cannot use. */
  static final int OVERHEAD_BYTES = HEADER_BYTES + SEAL_BYTES + Integer.BYTES;

  private static final long MAGIC = 0x314c_4e4a_5041_564bL; // "KVAPJNL1"
  private static final int CAPACITY_AT = 16;
  private static final int HEADER_CHECK_AT = 20;
  private static final int SYNCED_AT = 24;
  private static final Pattern NAME = Pattern.compile("journal-(\\d{10,18})\\.log(\\.tmp)?");
  private static final byte PUT = 1;
  private static final byte DELETE = 2;
  private static final int MAX_GATHERED_BYTES = 64 << 10;
  private static final int SMALL_BYTES = 4 << 20;

  public final Path file;
  final long sequence;
  private final MappedByteBuffer buffer;
  private final ByteBuffer checked;
  private final RandomAccessFile writer;
  private final ByteBuffer gathered;
  private final CRC32C crc = new CRC32C();
  private int end = HEADER_BYTES;
  private int gatheredFrom = HEADER_BYTES;
  private End endReason = End.NO_MORE;
  private long next;

  private JournalSegment(
      Path file, long sequence, MappedByteBuffer buffer, RandomAccessFile writer) {
    this.file = file;
    this.sequence = sequence;
    this.buffer = buffer;
    this.checked = buffer.duplicate();
    this.writer = writer;
    this.gathered =
        writer == null
            ? null
            : ByteBuffer.allocate(MAX_GATHERED_BYTES).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** The sequence in the name of a segment's file, finished or not; empty for any other file. */
  public static OptionalLong sequence(Path file) {
    Matcher name = NAME.matcher(file.getFileName().toString());
    return name.matches() ? OptionalLong.of(Long.parseLong(name.group(1))) : OptionalLong.empty();
  }

  public static Path file(Path folder, long sequence) {
    return folder.resolve("journal-%010d.log".formatted(sequence));
  }

  /**
   * A new, empty segment whose space is there and whose header is on the disk.
   *
   * @param syncedOften whether every few records are synced
   */
  static JournalSegment create(
      Disk disk, Path folder, long sequence, int capacity, boolean syncedOften) throws IOException {
    Path file = file(folder, sequence);
    Path temporary = folder.resolve(file.getFileName() + ".tmp");
    disk.delete(temporary);
    try (FileChannel channel = disk.create(temporary)) {
      boolean huge = capacity > SMALL_BYTES && !syncedOften;
      disk.preallocate(channel, capacity, huge);
      MappedByteBuffer buffer = disk.mapToWrite(channel, capacity);
      RandomAccessFile writer = syncedOften ? new RandomAccessFile(temporary.toFile(), "rw") : null;
      JournalSegment segment = new JournalSegment(file, sequence, buffer, writer);
      try {
        segment.writeHeader(disk);
        disk.rename(temporary, file);
        return segment;
      } catch (Throwable failure) {
        segment.release();
        throw failure;
      }
    } catch (Throwable failure) {
      disk.delete(temporary);
      throw failure;
    }
  }

  /** This segment's file and mapping made into a new, empty segment; this one ends with it. */
  JournalSegment recycle(Disk disk, long newSequence) throws IOException {
    JournalSegment segment =
        new JournalSegment(file(file.getParent(), newSequence), newSequence, buffer, writer);
    Path temporary = file.resolveSibling(segment.file.getFileName() + ".tmp");
    disk.rename(file, temporary);
    segment.writeHeader(disk);
    disk.rename(temporary, segment.file);
    return segment;
  }

  /**
   * Opens a segment to replay it.
   *
   * @throws KVException.Corrupt if the header is damaged
   */
  public static JournalSegment open(Path file, long sequence) throws IOException {
    JournalSegment segment = openAnyway(file, sequence);
    if (!segment.isHeaderWhole()) {
      segment.release();
      throw damaged(file, 0, "the journal header does not match its checksum");
    }
    return segment;
  }

  /**
   * Opens a segment to replay what can be read of it, with no look at its header.
   *
   * @throws KVException.Corrupt if the file has no room for a header
   */
  public static JournalSegment openAnyway(Path file, long sequence) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      if (channel.size() < HEADER_BYTES) {
        throw damaged(file, 0, "the file is shorter than its header");
      }
      long bytes = Math.min(channel.size(), Integer.MAX_VALUE);
      return new JournalSegment(file, sequence, Disk.map(channel, bytes), null);
    }
  }

  public boolean isHeaderWhole() {
    return buffer.getLong(0) == MAGIC
        && buffer.getLong(8) == sequence
        && buffer.getInt(HEADER_CHECK_AT) == check(checked, 0, HEADER_CHECK_AT);
  }

  private void writeHeader(Disk disk) throws IOException {
    buffer.putLong(0, MAGIC);
    buffer.putLong(8, sequence);
    buffer.putInt(CAPACITY_AT, buffer.capacity());
    buffer.putInt(HEADER_CHECK_AT, check(checked, 0, HEADER_CHECK_AT));
    writeSyncedOffset(HEADER_BYTES);
    buffer.putInt(HEADER_BYTES, 0);
    disk.force(buffer, 0, HEADER_BYTES + Integer.BYTES);
  }

  private void writeSyncedOffset(int offset) {
    buffer.putLong(
        SYNCED_AT, (long) (offset * 31 ^ Long.hashCode(sequence)) << 32 | offset & 0xffff_ffffL);
  }

  /** Bytes that a record of these operations takes. */
  static long recordBytes(List<Operation> operations) {
    long bytes = RECORD_BYTES;
    for (Operation operation : operations) {
      bytes += OPERATION_BYTES + operation.key().length + operation.valueLength();
    }
    return bytes;
  }

  /** Whether a record of so many bytes, and the seal behind it, still fit. */
  boolean hasRoom(long recordBytes) {
    return end - HEADER_BYTES + recordBytes + OVERHEAD_BYTES <= buffer.capacity();
  }

  /**
   * Appends a record that fits, and returns a slot for each of its operations; see {@link
   * #writeOut}.
   *
   * @throws IOException if records before it cannot be written; nothing has been appended
   */
  JournalPosition[] append(Disk disk, long revision, List<Operation> operations)
      throws IOException {
    ByteBuffer target = target(disk, recordBytes(operations));
    int start = target == buffer ? end : end - gatheredFrom;
    JournalPosition[] slots = new JournalPosition[operations.size()];
    int at = start + RECORD_BYTES;
    for (int i = 0; i < slots.length; i++) {
      Operation operation = operations.get(i);
      int offset = at - start + end;
      slots[i] =
          new JournalPosition(
              this, offset, revision, operation.isDelete(), operation.expiresAt() != 0);
      byte[] key = operation.key();
      target.put(at, operation.isDelete() ? DELETE : PUT);
      target.putShort(at + 1, (short) key.length);
      target.putInt(at + 3, operation.valueLength());
      target.putLong(at + 7, operation.expiresAt());
      target.put(at + OPERATION_BYTES, key);
      at += OPERATION_BYTES + key.length;
      if (!operation.isDelete()) {
        target.put(at, operation.value());
        at += operation.value().length;
      }
    }
    finish(target, start, at, revision, slots.length);
    return slots;
  }

  /**
   * Marks that the journal goes on in the segment of this sequence.
   *
   * @throws IOException if that or a record before it cannot be written; nothing has been appended
   */
  void seal(Disk disk, long revision, long nextSequence) throws IOException {
    writeOut(disk);
    next = nextSequence;
    buffer.putLong(end + RECORD_BYTES, nextSequence);
    finish(buffer, end, end + SEAL_BYTES, revision, 0);
  }

  /** Where a record of so many bytes is put together. */
  private ByteBuffer target(Disk disk, long bytes) throws IOException {
    if (gathered == null) {
      return buffer;
    }
    if (end - gatheredFrom + bytes + Integer.BYTES > gathered.capacity()) {
      writeOut(disk);
    }
    return bytes + Integer.BYTES > gathered.capacity() ? buffer : gathered;
  }

  /** Completes the record between two positions of the target, and ends the segment behind it. */
  private void finish(ByteBuffer target, int start, int newEnd, long revision, int operations) {
    int length = newEnd - start;
    target.putInt(newEnd, 0);
    target.putLong(start + 8, revision);
    target.putInt(start + 16, operations);
    target.putInt(start, length);
    ByteBuffer body = target == buffer ? checked : target;
    target.putInt(start + 4, recordCheck(body, start, end, length));
    end += length;
    if (target == buffer) {
      gatheredFrom = end;
    }
  }

  /**
   * Writes the records that were gathered, where they are: nothing but {@link #append} may touch
   * them before.
   */
  void writeOut(Disk disk) throws IOException {
    if (gathered != null && end > gatheredFrom) {
      disk.write(writer, gatheredFrom, gathered.array(), end - gatheredFrom + Integer.BYTES);
      gatheredFrom = end;
    }
  }

  /** The checksum of a record that stands at a position of {@code bytes}, and at an offset here. */
  private int recordCheck(ByteBuffer bytes, int position, int offset, int length) {
    int place = (Long.hashCode(sequence) * 31 + offset) * 31 + length;
    return check(bytes, position + 8, length - 8) ^ place * 0x9e37_79b9;
  }

  private int check(ByteBuffer bytes, int from, int length) {
    crc.reset();
    crc.update(bytes.limit(from + length).position(from));
    bytes.clear();
    return (int) crc.getValue();
  }

  /** Where the next record goes. */
  public int end() {
    return end;
  }

  int capacity() {
    return buffer.capacity();
  }

  /** Waits until the records from one offset to another are on the disk. */
  void force(Disk disk, int from, int to) throws IOException {
    disk.force(buffer, from, to - from);
  }

  /**
   * Notes on the disk that everything before {@code offset} is there, so that damage to it is told
   * from the torn end of a crash.
   */
  void forceSyncedOffset(Disk disk, int offset) throws IOException {
    writeSyncedOffset(offset);
    disk.force(buffer, 0, HEADER_BYTES);
  }

  /** How far the segment was known to be on the disk when it was last used. */
  public int syncedOffset() {
    long noted = buffer.getLong(SYNCED_AT);
    int offset = (int) noted;
    return (int) (noted >>> 32) == (offset * 31 ^ Long.hashCode(sequence)) ? offset : HEADER_BYTES;
  }

  /** What a replay does with each operation. */
  public interface Replay {
    /** Takes one operation, with its key and where it stands. */
    void accept(byte[] key, JournalPosition slot);
  }

  /** Why a replay of a segment ended. */
  public enum End {
    SEALED,
    NO_MORE,
    BAD_RECORD
  }

  /**
   * Reads records from the front as long as they are whole and their revisions follow one another.
   *
   * @param lastRevision the revision before the first record
   * @return the last revision read; {@link #end()} and {@link #endReason()} say where and why it
   *     ended
   */
  public long replay(long lastRevision, Replay replay) {
    long revision = lastRevision;
    while (true) {
      int left = buffer.capacity() - end;
      int length = left < Integer.BYTES ? 0 : buffer.getInt(end);
      if (length == 0) {
        endReason = End.NO_MORE;
        return revision;
      }
      if (length < RECORD_BYTES
          || length > left
          || buffer.getInt(end + 4) != recordCheck(checked, end, end, length)) {
        endReason = End.BAD_RECORD;
        return revision;
      }
      int operations = buffer.getInt(end + 16);
      if (operations == 0 && length == SEAL_BYTES) {
        next = buffer.getLong(end + RECORD_BYTES);
        endReason = next > sequence ? End.SEALED : End.BAD_RECORD;
        end += length;
        return revision;
      }
      if (buffer.getLong(end + 8) != revision + 1 || !areWhole(operations, end, length)) {
        endReason = End.BAD_RECORD;
        return revision;
      }
      revision++;
      int at = end + RECORD_BYTES;
      for (int i = 0; i < operations; i++) {
        byte[] key = new byte[keyLength(at)];
        buffer.get(at + OPERATION_BYTES, key);
        boolean expires = expiresAt(at) != 0;
        replay.accept(
            key, new JournalPosition(this, at, revision, buffer.get(at) == DELETE, expires));
        at += OPERATION_BYTES + key.length + valueLength(at);
      }
      end += length;
    }
  }

  /** Whether the operations of a record fill it, so that none reads beyond it. */
  private boolean areWhole(int operations, int start, int length) {
    int limit = start + length;
    int at = start + RECORD_BYTES;
    for (int i = 0; i < operations; i++) {
      if (limit - at < OPERATION_BYTES || valueLength(at) < 0) {
        return false;
      }
      long bytes = OPERATION_BYTES + (long) keyLength(at) + valueLength(at);
      if (bytes > limit - at || buffer.get(at) != DELETE && buffer.get(at) != PUT) {
        return false;
      }
      at += (int) bytes;
    }
    return operations > 0 && at == limit;
  }

  private int keyLength(int offset) {
    return Short.toUnsignedInt(buffer.getShort(offset + 1));
  }

  /** The revision of the first record, whole or not; 0 where there is none. */
  public long firstRevision() {
    return isBlank() || buffer.capacity() < HEADER_BYTES + RECORD_BYTES
        ? 0
        : buffer.getLong(HEADER_BYTES + 8);
  }

  public End endReason() {
    return endReason;
  }

  /** The sequence of the segment in which a sealed one goes on. */
  public long next() {
    return next;
  }

  /** Bytes of the record that is not whole, 0 where there is none. */
  public long tornBytes() {
    if (endReason != End.BAD_RECORD) {
      return 0;
    }
    int length = buffer.getInt(end);
    return length >= RECORD_BYTES && length <= buffer.capacity() - end
        ? length
        : buffer.capacity() - end;
  }

  /** Whether no record was ever written into it. */
  public boolean isBlank() {
    return buffer.capacity() < HEADER_BYTES + Integer.BYTES || buffer.getInt(HEADER_BYTES) == 0;
  }

  long expiresAt(int offset) {
    return buffer.getLong(offset + 7);
  }

  int valueLength(int offset) {
    return buffer.getInt(offset + 3);
  }

  byte[] value(int offset) {
    byte[] value = new byte[valueLength(offset)];
    buffer.get(offset + OPERATION_BYTES + keyLength(offset), value);
    return value;
  }

  /** Gives mapping and file back; nothing may read the segment afterwards. */
  public void release() {
    Unmapper.unmap(buffer);
    try {
      if (writer != null) {
        writer.close();
      }
    } catch (IOException unimportant) {
      // what counts has been synced
    }
  }

  public static KVException.Corrupt damaged(Path file, long offset, String what) {
    return new KVException.Corrupt(
        file, offset, what, "the writes from there to the end of the journal");
  }
}
