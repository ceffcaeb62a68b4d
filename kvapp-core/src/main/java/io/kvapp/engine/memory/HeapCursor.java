package io.kvapp.engine.memory;

import io.kvapp.Entry;
import io.kvapp.engine.model.Cursor;
import java.util.Iterator;

/**
 * Steps through entries in the heap, none of which is a delete.
 *
 * <p>For one thread, while nobody writes.
 */
final class HeapCursor implements Cursor {
  private final Iterator<Entry> entries;
  private Entry entry;

  HeapCursor(Iterator<Entry> entries) {
    this.entries = entries;
  }

  @Override
  public boolean next() {
    boolean found = entries.hasNext();
    entry = found ? entries.next() : null;
    return found;
  }

  @Override
  public byte[] key() {
    return entry.key();
  }

  @Override
  public byte[] ownKey() {
    return entry.key().clone();
  }

  @Override
  public long revision() {
    return entry.revision();
  }

  @Override
  public long expiresAt() {
    return entry.expiresAtMillis();
  }

  @Override
  public boolean isDelete() {
    return false;
  }

  @Override
  public int valueLength() {
    return entry.value().length;
  }

  @Override
  public byte[] value() {
    return entry.value().clone();
  }
}
