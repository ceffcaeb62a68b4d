package io.kvapp.server.command.data;

import io.kvapp.Batch;
import io.kvapp.BatchResult;
import io.kvapp.KVStore;
import io.kvapp.OperationResult;
import io.kvapp.server.command.terminal.Terminal;
import java.io.IOException;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * A command that writes one entry, all or nothing.
 *
 * <p>Not thread-safe.
 */
abstract class WriteCommand extends DataCommand {
  @Mixin private KeyForm form;

  @Parameters(index = "0", paramLabel = "KEY", description = "The key.")
  private String key;

  @Option(names = "--sync", description = "Wait until the write survives a power cut.")
  private boolean sync;

  WriteCommand(Terminal terminal) {
    super(terminal);
  }

  /** The conditions and the one operation of this command. */
  abstract Batch batch(byte[] key, KVStore store) throws IOException;

  /** Prints what has become of it. */
  abstract void print(OperationResult result, long revision) throws IOException;

  @Override
  StoreTarget.Access access() {
    return StoreTarget.Access.CREATE;
  }

  @Override
  final int run(KVStore store) throws IOException {
    byte[] bytes = form.key(key);
    BatchResult result = store.commit(batch(bytes, store));
    if (!result.applied()) {
      throw Refusal.conflict(bytes, result.failures().get(0).current());
    }
    OperationResult done = result.results().get(0);
    boolean isMissing =
        done instanceof OperationResult.Delete delete && !delete.deleted()
            || done instanceof OperationResult.Touch touch && !touch.touched();
    if (isMissing) {
      throw Refusal.notFound(bytes);
    }
    if (sync) {
      store.sync();
    }
    print(done, result.revision());
    return 0;
  }
}
