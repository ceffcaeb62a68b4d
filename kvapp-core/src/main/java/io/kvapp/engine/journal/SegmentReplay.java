package io.kvapp.engine.journal;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * One reading of a segment's records, from the front as long as they are whole and their revisions
 * follow one another.
 *
 * <p>Used by one thread.
 */
public final class SegmentReplay {
  /** What a replay does with each operation. */
  public interface Target {
    /** Takes one operation, with its key and where it stands. */
    void accept(byte[] key, JournalPosition position);
  }

  /** Why a replay of a segment ended. */
  public enum End {
    SEALED,
    NO_MORE,
    BAD_RECORD
  }

  private final JournalSegment segment;
  private final ByteBuffer buffer;
  private final Target target;
  private final CRC32C crc = new CRC32C();
  private int end;
  private End endReason = End.NO_MORE;
  private long next;

  /** A replay that begins with the record at this offset. */
  SegmentReplay(JournalSegment segment, int from, Target target) {
    this.segment = segment;
    this.buffer = segment.bytes();
    this.end = from;
    this.target = target;
  }

  /** Reads; as {@link JournalSegment#replay}. */
  long run(long lastRevision) {
    long revision = lastRevision;
    while (true) {
      int left = buffer.capacity() - end;
      int length = left < Integer.BYTES ? 0 : buffer.getInt(end);
      if (length == 0) {
        endReason = End.NO_MORE;
        return revision;
      }
      if (!isRecordWhole(length, left)) {
        endReason = End.BAD_RECORD;
        return revision;
      }
      int operations = RecordFormat.operations(buffer, end);
      if (operations == 0 && length == RecordFormat.SEAL_BYTES) {
        next = buffer.getLong(end + RecordFormat.HEAD_BYTES);
        endReason = next > segment.sequence ? End.SEALED : End.BAD_RECORD;
        revision = Math.max(revision, RecordFormat.revision(buffer, end));
        end += length;
        return revision;
      }
      if (RecordFormat.revision(buffer, end) != revision + 1
          || !RecordFormat.areOperationsWhole(buffer, end, length)) {
        endReason = End.BAD_RECORD;
        return revision;
      }
      revision++;
      replayOperations(operations, revision);
      end += length;
    }
  }

  private boolean isRecordWhole(int length, int left) {
    return length >= RecordFormat.HEAD_BYTES
        && length <= left
        && RecordFormat.storedChecksum(buffer, end)
            == RecordFormat.checksum(crc, buffer, end, segment.sequence, end, length);
  }

  private void replayOperations(int operations, long revision) {
    int at = end + RecordFormat.HEAD_BYTES;
    for (int i = 0; i < operations; i++) {
      boolean delete = RecordFormat.isDelete(buffer, at);
      boolean expires = !delete && segment.expiresAt(at) != 0;
      target.accept(
          RecordFormat.key(buffer, at),
          new JournalPosition(segment, at, revision, delete, expires));
      at = RecordFormat.behind(buffer, at);
    }
  }

  /** Behind the last record that was read. */
  int end() {
    return end;
  }

  End endReason() {
    return endReason;
  }

  /** The sequence that the seal names; 0 where none was read. */
  long next() {
    return next;
  }
}
