package io.kvapp.engine.transfer;

import io.kvapp.engine.model.Cursor;
import io.kvapp.engine.model.Operation;
import java.util.Iterator;

/**
 * Operations of one revision as sorted changes.
 *
 * <p>For one thread.
 */
final class OperationCursor implements Cursor {
  private static final byte[] NO_VALUE = {};

  private final Iterator<Operation> operations;
  private final long revision;
  private Operation now;

  /** A cursor over operations whose keys ascend. */
  OperationCursor(Iterator<Operation> operations, long revision) {
    this.operations = operations;
    this.revision = revision;
  }

  @Override
  public boolean next() {
    if (!operations.hasNext()) {
      return false;
    }
    now = operations.next();
    return true;
  }

  @Override
  public byte[] key() {
    return now.key();
  }

  @Override
  public byte[] ownKey() {
    return now.key().clone();
  }

  @Override
  public long revision() {
    return revision;
  }

  @Override
  public long expiresAt() {
    return now.expiresAt();
  }

  @Override
  public boolean isDelete() {
    return now.isDelete();
  }

  @Override
  public int valueLength() {
    return now.valueLength();
  }

  @Override
  public byte[] value() {
    return now.isDelete() ? NO_VALUE : now.value();
  }

  @Override
  public int valueChecksum() {
    return now.valueChecksum();
  }
}
