package io.kvapp.engine.repair;

import io.kvapp.KVException;
import io.kvapp.engine.model.Cursor;
import io.kvapp.engine.sstable.SSTableFile;
import io.kvapp.engine.sstable.SSTableReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Consumer;

/**
 * Steps upwards through the readable entries of SSTable files that may be damaged, and reports the
 * rest as dropped. An entry of which only the value is unreadable becomes a delete, so that no
 * older value of its key takes its place.
 *
 * <p>For one thread.
 */
final class SalvageCursor implements Cursor {
  private static final int MAX_LINES = 100;
  private static final byte[] EMPTY = {};

  private final List<SSTableFile> files;
  private final Consumer<String> dropped;
  private int fileIndex;
  private int ordinal = -1;
  private boolean lastWasLoaded = true;
  private long unnamed;
  private SSTableReader reader;
  private byte[] value;

  /**
   * A cursor over files.
   *
   * @param files in order of their keys
   * @param dropped takes one line for each thing that cannot be read
   */
  SalvageCursor(List<SSTableFile> files, Consumer<String> dropped) {
    this.files = files;
    this.dropped = dropped;
  }

  @Override
  public boolean next() {
    while (fileIndex < files.size()) {
      SSTableFile file = files.get(fileIndex);
      reader = reader == null ? file.reader() : reader;
      ordinal++;
      if (ordinal == file.count || !goOn(file)) {
        endFile(file);
      } else if (lastWasLoaded) {
        readValue(file);
        return true;
      }
    }
    return false;
  }

  /** Loads the next entry where it can be; false where there is none. */
  private boolean goOn(SSTableFile file) {
    boolean followed = lastWasLoaded;
    lastWasLoaded = false;
    if (file.count == SSTableFile.UNKNOWN) {
      return followInUnknown(file);
    }
    try {
      reader.load(ordinal);
      lastWasLoaded = true;
    } catch (KVException.Corrupt damage) {
      lastWasLoaded = followed && follows();
      if (!lastWasLoaded) {
        drop(file, damage, "entry number " + ordinal + "; an older value of it may be back");
      }
    }
    return true;
  }

  private boolean followInUnknown(SSTableFile file) {
    try {
      lastWasLoaded = reader.loadBehind(ordinal);
      return lastWasLoaded;
    } catch (KVException.Corrupt damage) {
      drop(file, damage, "every entry from number " + ordinal + " on");
      return false;
    }
  }

  private boolean follows() {
    try {
      return reader.loadBehind(ordinal);
    } catch (KVException.Corrupt damaged) {
      return false;
    }
  }

  private void readValue(SSTableFile file) {
    try {
      value = reader.isDelete() ? EMPTY : reader.value();
    } catch (KVException.Corrupt damage) {
      value = null;
      drop(file, damage, "key " + new String(reader.key(), StandardCharsets.UTF_8));
    }
  }

  private void drop(SSTableFile file, KVException.Corrupt damage, String what) {
    if (++unnamed <= MAX_LINES) {
      dropped.accept(file.path + " at offset " + damage.offset() + ": " + what);
    }
  }

  private void endFile(SSTableFile file) {
    if (unnamed > MAX_LINES) {
      dropped.accept(file.path + ": " + (unnamed - MAX_LINES) + " entries more");
    }
    fileIndex++;
    ordinal = -1;
    lastWasLoaded = true;
    unnamed = 0;
    reader = null;
  }

  @Override
  public byte[] key() {
    return reader.key();
  }

  @Override
  public byte[] ownKey() {
    return reader.key();
  }

  @Override
  public long revision() {
    return reader.revision();
  }

  @Override
  public long expiresAt() {
    return isDelete() ? 0 : reader.expiresAt();
  }

  @Override
  public boolean isDelete() {
    return value == null || reader.isDelete();
  }

  @Override
  public int valueLength() {
    return value == null ? 0 : value.length;
  }

  @Override
  public byte[] value() {
    return value == null ? EMPTY : value;
  }

  @Override
  public int valueChecksum() {
    return isDelete() ? 0 : reader.valueChecksum();
  }
}
