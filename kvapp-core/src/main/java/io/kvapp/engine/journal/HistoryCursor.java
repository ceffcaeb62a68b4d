package io.kvapp.engine.journal;

import io.kvapp.Change;
import io.kvapp.Change.Kind;
import io.kvapp.KVException;
import io.kvapp.engine.changes.ChangeLog;
import io.kvapp.engine.file.Lease;
import io.kvapp.engine.model.Limits;
import java.nio.ByteBuffer;
import java.util.BitSet;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * Reads the records of the journal as changes, those of the segment that is written included. It
 * uses a segment only while it reads it, so that one which sleeps keeps none.
 *
 * <p>Within a segment each revision is one above that before, so that the revisions up to which
 * writes are visible tell which records are there, without a look at bytes that are being written.
 *
 * <p>For one thread at a time.
 */
final class HistoryCursor implements ChangeLog.Cursor {
  /** Smaller records are checked whether or not a change in them is wanted. */
  private static final int MAX_CHECKED_BYTES = 4 << 10;

  private static final byte[] EMPTY = {};

  private final JournalHistory history;
  private final long after;
  private final CRC32C crc = new CRC32C();
  private HistorySegment at;
  private int offset;
  private long revision;

  HistoryCursor(JournalHistory history, HistorySegment start, long after) {
    this.history = history;
    this.after = after;
    enter(start);
  }

  private void enter(HistorySegment segment) {
    HistorySegment.Place place = segment.placeBefore(after);
    at = segment;
    offset = place.offset();
    revision = place.revision();
  }

  @Override
  public long next(long limit, ChangeLog.Selection selection, List<Change> changes) {
    while (true) {
      long last = at.last();
      if (revision < Math.min(limit, last)) {
        return readHere(limit, selection, changes);
      }
      if (limit <= last) {
        return at.isDropped() ? GONE : NONE;
      }
      HistorySegment next = history.following(at).orElse(null);
      if (next == null) {
        return GONE;
      }
      enter(next);
    }
  }

  private long readHere(long limit, ChangeLog.Selection selection, List<Change> changes) {
    try (Lease<HistorySegment> lease = history.use(at)) {
      if (lease == null) {
        return GONE;
      }
      if (!at.isWhole()) {
        history.forgetThrough(at);
        return GONE;
      }
      long end = Math.min(limit, at.last());
      while (revision < end) {
        boolean wanted = revision >= after;
        pass(wanted ? selection : null, changes);
        if (wanted) {
          at.note(revision, offset);
          return revision;
        }
      }
      return revision < limit && at.isSealed() ? revision : NONE;
    } catch (InternalError cut) {
      return unreadable(at.segment.unreadable(cut));
    } catch (KVException.Corrupt damage) {
      return unreadable(damage);
    }
  }

  /** What only readers of changes need is given up; what is not in an SSTable yet is damage. */
  private long unreadable(KVException.Corrupt damage) {
    if (!at.isSaved()) {
      throw damage;
    }
    history.forgetThrough(at);
    return GONE;
  }

  /** Reads the next record, or steps over it where {@code selection} is null. */
  private void pass(ChangeLog.Selection selection, List<Change> changes) {
    ByteBuffer bytes = at.segment.bytes();
    byte[] head = new byte[RecordFormat.HEAD_BYTES];
    bytes.get(offset, head);
    ByteBuffer record = RecordFormat.head(head);
    int length = record.getInt(0);
    if (length < RecordFormat.HEAD_BYTES
        || length > bytes.capacity() - offset
        || RecordFormat.revision(record, 0) != revision + 1) {
      throw damaged();
    }
    if (selection != null) {
      if (length <= MAX_CHECKED_BYTES) {
        requireWhole(bytes, length);
      }
      read(bytes, length, RecordFormat.operations(record, 0), selection, changes);
    }
    offset += length;
    revision++;
  }

  /** Reads what is wanted of a record, once it is known how much that is. */
  private void read(
      ByteBuffer bytes,
      int length,
      int operations,
      ChangeLog.Selection selection,
      List<Change> changes) {
    boolean checked = length <= MAX_CHECKED_BYTES;
    int operation = offset + RecordFormat.HEAD_BYTES;
    BitSet wanted = new BitSet();
    long room = 0;
    for (int i = 0; i < operations; i++) {
      ByteBuffer fields = fields(bytes, operation);
      byte[] key = RecordFormat.key(bytes, operation, fields);
      if (selection.wants(key, revision + 1)) {
        if (!checked) {
          requireWhole(bytes, length);
          checked = true;
        }
        wanted.set(i);
        int valueBytes = RecordFormat.valueLength(fields, 0);
        room += ChangeLog.Selection.CHANGE_BYTES + key.length;
        room += selection.wantsValue(valueBytes) ? valueBytes : 0;
      }
      operation = RecordFormat.behind(operation, fields);
    }
    if (wanted.isEmpty()) {
      return;
    }
    selection.room(room);
    operation = offset + RecordFormat.HEAD_BYTES;
    for (int i = 0; i < wanted.length(); i++) {
      ByteBuffer fields = fields(bytes, operation);
      if (wanted.get(i)) {
        changes.add(change(bytes, operation, fields, selection));
      }
      operation = RecordFormat.behind(operation, fields);
    }
  }

  private ByteBuffer fields(ByteBuffer bytes, int operation) {
    ByteBuffer fields = RecordFormat.fields(bytes, operation);
    if (!RecordFormat.areWhole(fields)) {
      throw damaged();
    }
    return fields;
  }

  private Change change(
      ByteBuffer bytes, int operation, ByteBuffer fields, ChangeLog.Selection selection) {
    byte[] key = RecordFormat.key(bytes, operation, fields);
    long expiresAt = RecordFormat.expiresAt(fields, 0);
    if (RecordFormat.isDelete(fields, 0)) {
      return new Change(
          expiresAt == 0 ? Kind.DELETE : Kind.EXPIRE, key, EMPTY, revision + 1, expiresAt);
    }
    int valueBytes = RecordFormat.valueLength(fields, 0);
    if (!selection.wantsValue(valueBytes)) {
      return new Change(Kind.PUT, key, EMPTY, revision + 1, expiresAt, valueBytes);
    }
    Limits.readable(valueBytes);
    byte[] value = RecordFormat.value(bytes, operation, fields);
    return new Change(Kind.PUT, key, value, revision + 1, expiresAt);
  }

  private void requireWhole(ByteBuffer bytes, int length) {
    int checksum = RecordFormat.checksum(crc, bytes, offset, at.segment.sequence, offset, length);
    if (RecordFormat.storedChecksum(bytes, offset) != checksum) {
      throw damaged();
    }
  }

  private KVException.Corrupt damaged() {
    return JournalSegment.damaged(
        at.segment.file, offset, "a journal record does not match its checksum");
  }
}
