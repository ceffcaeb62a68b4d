package io.kvapp.engine.sstable;

import io.kvapp.KVException;
import io.kvapp.engine.model.Cursor;
import io.kvapp.engine.model.ExpiryKey;
import java.util.Arrays;

/**
 * Steps through a range of the {@linkplain ExpiryKey expiry keys} of a file, past those of entries
 * that cannot be read.
 *
 * <p>For one thread.
 */
final class ExpiryCursor implements Cursor {
  private static final byte[] EMPTY = {};

  private final ExpirySection section;
  private final SSTableReader reader;
  private final byte[] from;
  private final byte[] to;
  private int index;
  private byte[] key;

  /**
   * A cursor over the keys from one on up to another.
   *
   * @param to null for no end
   */
  ExpiryCursor(SSTableFile file, byte[] from, byte[] to) {
    this.section = file.expiries();
    this.reader = file.reader();
    this.from = from;
    this.to = to;
    this.index = seek() - 1;
  }

  private int seek() {
    long at = ExpiryKey.instant(from);
    byte[] entryKey = ExpiryKey.entryKey(from);
    int first = section.lowerBound(at, 0);
    if (entryKey.length == 0) {
      return first;
    }
    try {
      return section.lowerBound(at, reader.lowerBound(entryKey));
    } catch (KVException.Corrupt damaged) {
      return first;
    }
  }

  @Override
  public boolean next() {
    while (++index < section.count) {
      if (load() && Arrays.compareUnsigned(key, from) >= 0) {
        return to == null || Arrays.compareUnsigned(key, to) < 0;
      }
    }
    return false;
  }

  private boolean load() {
    try {
      reader.load(section.ordinal(index));
      key = ExpiryKey.key(section.at(index), reader.key());
      return true;
    } catch (KVException.Corrupt damaged) {
      return false;
    }
  }

  @Override
  public byte[] key() {
    return key;
  }

  @Override
  public byte[] ownKey() {
    return key;
  }

  @Override
  public long revision() {
    return reader.revision();
  }

  @Override
  public long expiresAt() {
    return 0;
  }

  @Override
  public boolean isDelete() {
    return false;
  }

  @Override
  public int valueLength() {
    return 0;
  }

  @Override
  public byte[] value() {
    return EMPTY;
  }
}
