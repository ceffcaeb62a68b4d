package io.kvapp.engine;

/**
 * Where the newest change of a key stands in the journal: how the sorted map of recent changes
 * refers to values without holding them in the heap. A mark stands in no segment: it says of an
 * {@linkplain Expiry expiry key} that it is there, or there no more.
 *
 * <p>Immutable.
 */
final class Slot {
  private static final byte[] EMPTY = {};

  final Segment segment;
  final int offset;
  final long revision;
  private final boolean delete;
  private final boolean expires;

  Slot(Segment segment, int offset, long revision, boolean delete, boolean expires) {
    this.segment = segment;
    this.offset = offset;
    this.revision = revision;
    this.delete = delete;
    this.expires = expires;
  }

  static Slot mark(long revision) {
    return new Slot(null, 0, revision, false, false);
  }

  static Slot deleteMark(long revision) {
    return new Slot(null, 0, revision, true, false);
  }

  boolean isDelete() {
    return delete;
  }

  boolean expires() {
    return expires;
  }

  long expiresAt() {
    return expires ? segment.expiresAt(offset) : 0;
  }

  int valueLength() {
    return segment == null ? 0 : segment.valueLength(offset);
  }

  byte[] value() {
    return segment == null ? EMPTY : segment.value(offset);
  }
}
