package io.kvapp.engine.journal;

import io.kvapp.KVException;
import io.kvapp.engine.file.Disk;
import io.kvapp.engine.file.NoSpaceException;
import io.kvapp.engine.file.StoreFailures;
import java.io.IOException;
import java.nio.file.Path;

/**
 * Whether the journal still takes writes. The first failed write or sync ends that for good, since
 * the state of the file's pages is undefined from then on.
 *
 * <p>Safe for any thread.
 */
final class JournalHealth {
  private final Path folder;
  private volatile IOException failure;

  JournalHealth(Path folder) {
    this.folder = folder;
  }

  IOException failure() {
    return failure;
  }

  void fail(IOException cause) {
    // A folder that is lost is the reason for whatever failed before.
    if (failure == null || cause instanceof Disk.Fenced) {
      failure = cause;
    }
  }

  KVException refuse(IOException cause, long neededBytes) {
    if (cause instanceof NoSpaceException) {
      return new KVException.NoSpace(folder, neededBytes, cause);
    }
    fail(cause);
    return StoreFailures.readOnly(folder, cause);
  }

  void require() {
    IOException cause = failure;
    if (cause != null) {
      throw StoreFailures.readOnly(folder, cause);
    }
  }
}
