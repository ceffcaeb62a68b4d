package io.kvapp.engine.sstable;

import io.kvapp.engine.model.Cursor;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * Steps through a range of keys in the files of an SSTable.
 *
 * <p>For one thread.
 */
final class SSTableCursor implements Cursor {
  private final List<SSTableFile> files;
  private final byte[] from;
  private final byte[] to;
  private final boolean reverse;

  private int fileIndex;
  private SSTableReader reader;
  private int ordinal;
  private byte[] key;

  SSTableCursor(List<SSTableFile> files, byte[] from, byte[] to, boolean reverse) {
    this.files = files;
    this.from = from;
    this.to = to;
    this.reverse = reverse;
    if (!files.isEmpty()) {
      if (reverse) {
        seekBefore();
      } else {
        seek();
      }
    }
  }

  private void seek() {
    use(fileOf(files, from));
    ordinal = (from.length == 0 ? 0 : reader.lowerBound(from)) - 1;
  }

  private void seekBefore() {
    if (to == null) {
      use(files.size() - 1);
      ordinal = files.get(fileIndex).count;
    } else {
      use(fileOf(files, to));
      ordinal = reader.lowerBound(to);
    }
  }

  /** The last file whose first key is not above {@code target}, or the first file. */
  static int fileOf(List<SSTableFile> files, byte[] target) {
    int low = 0;
    int high = files.size() - 1;
    while (low < high) {
      int middle = (low + high + 1) >>> 1;
      SSTableReader first = files.get(middle).reader();
      first.load(0);
      if (first.compareKey(target) <= 0) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    return low;
  }

  private void use(int index) {
    fileIndex = index;
    reader = files.get(index).reader();
  }

  @Override
  public boolean next() {
    if (reader == null) {
      return false;
    }
    if (reverse ? !stepBack() : !stepForward()) {
      reader = null;
      return false;
    }
    reader.load(ordinal);
    if (reverse ? reader.compareKey(from) < 0 : to != null && reader.compareKey(to) >= 0) {
      reader = null;
      return false;
    }
    key = reader.key();
    return true;
  }

  private boolean stepForward() {
    if (++ordinal < files.get(fileIndex).count) {
      return true;
    }
    if (fileIndex + 1 == files.size()) {
      return false;
    }
    use(fileIndex + 1);
    ordinal = 0;
    return true;
  }

  private boolean stepBack() {
    if (--ordinal >= 0) {
      return true;
    }
    if (fileIndex == 0) {
      return false;
    }
    use(fileIndex - 1);
    ordinal = files.get(fileIndex).count - 1;
    return true;
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
    return reader.expiresAt();
  }

  @Override
  public boolean isDelete() {
    return reader.isDelete();
  }

  @Override
  public int valueLength() {
    return reader.valueLength();
  }

  @Override
  public byte[] value() {
    return reader.value();
  }

  @Override
  public ByteBuffer valueBuffer() {
    return reader.valueBuffer();
  }

  @Override
  public int valueChecksum() {
    return reader.valueChecksum();
  }
}
