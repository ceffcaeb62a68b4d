package io.kvapp.engine.journal;

import io.kvapp.engine.model.ExpiryKey;
import io.kvapp.engine.model.StoredChange;
import java.nio.ByteBuffer;

/**
 * Where a change of a key stands in the journal: memtables refer to values by it, and so hold none
 * in the heap. An {@linkplain ExpiryKey expiry key} is in no segment.
 *
 * <p>What it reads of the segment is checked; damage there is a {@link
 * io.kvapp.KVException.Corrupt}.
 *
 * <p>Immutable, safe for any thread until its segment is released.
 */
public final class JournalPosition implements StoredChange {
  private static final byte[] EMPTY = {};

  /** The position of every expiry key. */
  public static final JournalPosition EXPIRY = new JournalPosition(null, 0, 0, false, false);

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
    try {
      return expires ? segment.expiresAt(offset) : 0;
    } catch (InternalError cut) {
      throw segment.unreadable(cut);
    }
  }

  @Override
  public int valueLength() {
    try {
      return segment == null ? 0 : segment.valueLength(offset);
    } catch (InternalError cut) {
      throw segment.unreadable(cut);
    }
  }

  @Override
  public byte[] value() {
    try {
      return segment == null ? EMPTY : segment.value(offset);
    } catch (InternalError cut) {
      throw segment.unreadable(cut);
    }
  }

  @Override
  public int valueChecksum() {
    try {
      return segment == null ? 0 : segment.valueChecksum(offset);
    } catch (InternalError cut) {
      throw segment.unreadable(cut);
    }
  }

  @Override
  public ByteBuffer valueBuffer() {
    return segment == null ? ByteBuffer.wrap(EMPTY) : segment.valueBuffer(offset);
  }
}
