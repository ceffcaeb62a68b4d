package io.kvapp.engine.journal;

import io.kvapp.engine.model.Change;
import io.kvapp.engine.model.ExpiryKey;

/**
 * Where the newest change of a key stands in the journal: how the sorted map of recent changes
 * refers to values without holding them in the heap. A mark stands in no segment: it says of an
 * {@linkplain ExpiryKey expiry key} that it is there, or there no more.
 *
 * <p>Immutable.
 */
public final class JournalPosition implements Change {
  private static final byte[] EMPTY = {};

  public final JournalSegment segment;
  public final int offset;
  public final long revision;
  private final boolean delete;
  private final boolean expires;

  public JournalPosition(
      JournalSegment segment, int offset, long revision, boolean delete, boolean expires) {
    this.segment = segment;
    this.offset = offset;
    this.revision = revision;
    this.delete = delete;
    this.expires = expires;
  }

  public static JournalPosition mark(long revision) {
    return new JournalPosition(null, 0, revision, false, false);
  }

  public static JournalPosition deleteMark(long revision) {
    return new JournalPosition(null, 0, revision, true, false);
  }

  @Override
  public long revision() {
    return revision;
  }

  @Override
  public boolean isDelete() {
    return delete;
  }

  public boolean expires() {
    return expires;
  }

  @Override
  public long expiresAt() {
    return expires ? segment.expiresAt(offset) : 0;
  }

  @Override
  public int valueLength() {
    return segment == null ? 0 : segment.valueLength(offset);
  }

  @Override
  public byte[] value() {
    return segment == null ? EMPTY : segment.value(offset);
  }
}
