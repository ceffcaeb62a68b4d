package io.kvapp.engine.journal;

import io.kvapp.KVException;
import io.kvapp.engine.file.Disk;
import io.kvapp.engine.file.Unmapper;
import io.kvapp.engine.model.Limits;
import io.kvapp.engine.model.Operation;
import io.kvapp.engine.model.ValueChecksum;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * One file of the journal: preallocated, memory-mapped, filled with records from front to back; see
 * {@link SegmentHeader} and {@link RecordFormat} for its bytes.
 *
 * <p>A store into the mapping is in the operating system's memory at once and survives the death of
 * the process. The first store into a page costs as much as dozens of others, and so does the first
 * after each sync. A large segment, which a busy store has, is therefore laid out for the
 * processor's huge pages; a small one is not, as a sync writes whole pages. Where each write is
 * synced, small records are gathered and written by a call instead: a page that was stored into
 * since its last sync makes the next sync commit the file's metadata too, which takes twice as long
 * as the sync itself.
 *
 * <p>Appends come from one thread at a time; any thread that learned safely of an appended record
 * may read it.
 */
public final class JournalSegment {
  /** Bytes of a segment that records cannot use. */
  static final int OVERHEAD_BYTES = SegmentHeader.BYTES + RecordFormat.SEAL_BYTES + Integer.BYTES;

  private static final int MAX_GATHERED_BYTES = 64 << 10;
  private static final int MAX_SMALL_BYTES = 4 << 20;

  public final Path file;
  final long sequence;
  private final MappedByteBuffer buffer;

  /** Null where records are not gathered. */
  private final RandomAccessFile writer;

  /** The records from {@link #gatheredFrom} on, which {@link #buffer} does not have yet. */
  private final ByteBuffer gathered;

  private final CRC32C crc = new CRC32C();
  private int end = SegmentHeader.BYTES;
  private int gatheredFrom = SegmentHeader.BYTES;
  private SegmentReplay.End endReason = SegmentReplay.End.NO_MORE;
  private long next;
  private volatile boolean trimmed;

  private JournalSegment(
      Path file, long sequence, MappedByteBuffer buffer, RandomAccessFile writer) {
    this.file = file;
    this.sequence = sequence;
    this.buffer = buffer;
    this.writer = writer;
    this.gathered =
        writer == null
            ? null
            : ByteBuffer.allocate(MAX_GATHERED_BYTES).order(ByteOrder.LITTLE_ENDIAN);
  }

  /**
   * A new, empty segment whose space is there and whose header is on the disk.
   *
   * @param syncedOften whether every few records are synced
   */
  static JournalSegment create(
      Disk disk, Path folder, long sequence, int capacity, boolean syncedOften) throws IOException {
    Path file = SegmentFileName.file(folder, sequence);
    Path temporary = SegmentFileName.temporary(file);
    disk.delete(temporary);
    try (FileChannel channel = disk.create(temporary)) {
      disk.preallocate(channel, temporary, capacity, capacity > MAX_SMALL_BYTES && !syncedOften);
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

  /** Makes a new, empty segment of this one's file and mapping; this one ends with it. */
  JournalSegment recycle(Disk disk, long newSequence) throws IOException {
    Path newFile = SegmentFileName.file(file.getParent(), newSequence);
    Path temporary = SegmentFileName.temporary(newFile);
    JournalSegment segment = new JournalSegment(newFile, newSequence, buffer, writer);
    disk.rename(file, temporary);
    segment.writeHeader(disk);
    disk.rename(temporary, newFile);
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
   * @throws KVException.UnknownFormat if it is one of another format
   */
  public static JournalSegment openAnyway(Path file, long sequence) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      if (channel.size() < SegmentHeader.BYTES) {
        throw damaged(file, 0, "the file is shorter than its header");
      }
      MappedByteBuffer mapping = Disk.map(channel, Math.min(channel.size(), Integer.MAX_VALUE));
      SegmentHeader.requireKnown(file, mapping);
      return new JournalSegment(file, sequence, mapping, null);
    }
  }

  public boolean isHeaderWhole() {
    return SegmentHeader.isWhole(buffer, sequence);
  }

  private void writeHeader(Disk disk) throws IOException {
    SegmentHeader.write(buffer, sequence);
    RecordFormat.putLength(buffer, SegmentHeader.BYTES, 0);
    disk.force(buffer, 0, SegmentHeader.BYTES + Integer.BYTES);
  }

  /** Whether a record of so many bytes, and the seal behind it, still fit. */
  boolean hasRoom(long recordBytes) {
    return end - SegmentHeader.BYTES + recordBytes + OVERHEAD_BYTES <= buffer.capacity();
  }

  /**
   * Appends a record that fits, and returns the position of each of its operations; see {@link
   * #writeOut}.
   *
   * @throws IOException if records before it cannot be written; nothing has been appended
   */
  JournalPosition[] append(Disk disk, long revision, List<Operation> operations)
      throws IOException {
    ByteBuffer target = target(disk, RecordFormat.bytes(operations));
    int start = target == buffer ? end : end - gatheredFrom;
    JournalPosition[] positions = new JournalPosition[operations.size()];
    int at = start + RecordFormat.HEAD_BYTES;
    for (int i = 0; i < positions.length; i++) {
      Operation operation = operations.get(i);
      int offset = at - start + end;
      positions[i] =
          new JournalPosition(this, offset, revision, operation.isDelete(), operation.hasExpiry());
      at = RecordFormat.putOperation(target, at, operation);
    }
    finish(target, start, at, revision, positions.length);
    return positions;
  }

  /**
   * Marks that the journal goes on in the segment of this sequence.
   *
   * @throws IOException if that or a record before it cannot be written; nothing has been appended
   */
  void seal(Disk disk, long revision, long nextSequence) throws IOException {
    writeOut(disk);
    next = nextSequence;
    buffer.putLong(end + RecordFormat.HEAD_BYTES, nextSequence);
    finish(buffer, end, end + RecordFormat.SEAL_BYTES, revision, 0);
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

  /** Completes the record between two places of the target, and ends the segment behind it. */
  private void finish(ByteBuffer target, int start, int newEnd, long revision, int operations) {
    int length = newEnd - start;
    RecordFormat.putLength(target, newEnd, 0);
    RecordFormat.putHead(target, start, revision, operations);
    RecordFormat.putLength(target, start, length);
    RecordFormat.putChecksum(
        target, start, RecordFormat.checksum(crc, target, start, sequence, end, length));
    if (target == buffer && !RecordFormat.isHead(target, start, revision, length)) {
      Disk.throwLateError();
      throw new InternalError(Disk.UNREADABLE);
    }
    end += length;
    if (target == buffer) {
      gatheredFrom = end;
    }
  }

  /** Writes the gathered records to the file; until then only {@link #append} touches them. */
  void writeOut(Disk disk) throws IOException {
    if (gathered != null && end > gatheredFrom) {
      disk.write(writer, gatheredFrom, gathered.array(), end - gatheredFrom + Integer.BYTES);
      gatheredFrom = end;
    }
  }

  /** Where the next record goes. */
  public int end() {
    return end;
  }

  public int capacity() {
    return buffer.capacity();
  }

  /** All of it, for {@link RecordFormat}. */
  ByteBuffer bytes() {
    return buffer;
  }

  /** Notes that the file no longer has the room behind the records. */
  void trimmed() {
    trimmed = true;
  }

  boolean isTrimmed() {
    return trimmed;
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
    SegmentHeader.writeSyncedOffset(buffer, sequence, offset);
    Disk.throwLateError();
    disk.force(buffer, 0, SegmentHeader.BYTES);
  }

  /** How far the segment was known to be on the disk when it was last used. */
  public int syncedOffset() {
    return SegmentHeader.syncedOffset(buffer, sequence);
  }

  /**
   * Reads records from the front as long as they are whole and their revisions follow one another.
   *
   * @param lastRevision the revision before the first record
   * @return the last revision read, or that behind which the next segment goes on; {@link #end()}
   *     and {@link #endReason()} say where and why it ended
   */
  public long replay(long lastRevision, SegmentReplay.Target target) {
    SegmentReplay replay = new SegmentReplay(this, end, target);
    try {
      return replay.run(lastRevision);
    } finally {
      end = replay.end();
      endReason = replay.endReason();
      next = Math.max(next, replay.next());
    }
  }

  /** The revision of the first record, whole or not; 0 where there is none. */
  public long firstRevision() {
    return isBlank() || buffer.capacity() < SegmentHeader.BYTES + RecordFormat.HEAD_BYTES
        ? 0
        : RecordFormat.revision(buffer, SegmentHeader.BYTES);
  }

  public SegmentReplay.End endReason() {
    return endReason;
  }

  /** The sequence of the segment in which a sealed one goes on. */
  public long next() {
    return next;
  }

  /** Bytes of the record that is not whole, 0 where there is none. */
  public long tornBytes() {
    if (endReason != SegmentReplay.End.BAD_RECORD) {
      return 0;
    }
    int left = buffer.capacity() - end;
    int length = buffer.getInt(end);
    return length >= RecordFormat.HEAD_BYTES && length <= left ? length : left;
  }

  /** Whether no record was ever written into it. */
  public boolean isBlank() {
    return buffer.capacity() < SegmentHeader.BYTES + Integer.BYTES
        || buffer.getInt(SegmentHeader.BYTES) == 0;
  }

  long expiresAt(int offset) {
    return RecordFormat.expiresAt(wholeFields(offset), 0);
  }

  int valueLength(int offset) {
    return RecordFormat.valueLength(wholeFields(offset), 0);
  }

  int valueChecksum(int offset) {
    return RecordFormat.valueChecksum(wholeFields(offset), 0);
  }

  byte[] value(int offset) {
    ByteBuffer fields = wholeFields(offset);
    Limits.readable(RecordFormat.valueLength(fields, 0));
    byte[] value = RecordFormat.value(buffer, offset, fields);
    requireValue(offset, fields, ValueChecksum.of(value));
    return value;
  }

  ByteBuffer valueBuffer(int offset) {
    ByteBuffer fields = wholeFields(offset);
    ByteBuffer value = RecordFormat.valueBuffer(buffer, offset, fields);
    requireValue(offset, fields, ValueChecksum.of(value));
    return value;
  }

  private void requireValue(int offset, ByteBuffer fields, int checksum) {
    if (checksum != RecordFormat.valueChecksum(fields, 0)) {
      throw found(offset, "a value does not match its checksum");
    }
  }

  private ByteBuffer wholeFields(int at) {
    ByteBuffer fields = RecordFormat.fields(buffer, at);
    if (!RecordFormat.areWhole(fields)) {
      throw found(at, "a write does not match its checksum");
    }
    return fields;
  }

  /** Gives mapping and file back; nothing may read the segment afterwards. */
  public void release() {
    Unmapper.unmap(buffer);
    try {
      if (writer != null) {
        writer.close();
      }
    } catch (IOException unimportant) {
      // All that matters has been synced.
    }
  }

  /** Whether the file on the disk is shorter than it was when it was mapped. */
  public boolean isCut() {
    return file.toFile().length() < buffer.capacity();
  }

  /** Damage that was found, or the page that is gone which has led to it. */
  private KVException.Corrupt found(int offset, String what) {
    try {
      Disk.throwLateError();
    } catch (InternalError cut) {
      return unreadable(cut);
    }
    return damaged(file, offset, what);
  }

  /** What to throw when a page of the mapping cannot be read or written. */
  KVException.Corrupt unreadable(InternalError cause) {
    Disk.takeLateErrors();
    KVException.Corrupt damage = damaged(file, -1, Disk.UNREADABLE);
    damage.initCause(cause);
    return damage;
  }

  public static KVException.Corrupt damaged(Path file, long offset, String what) {
    return new KVException.Corrupt(
        file, offset, what, "the writes from there to the end of the journal");
  }
}
