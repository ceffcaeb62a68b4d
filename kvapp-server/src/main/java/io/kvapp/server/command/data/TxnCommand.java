package io.kvapp.server.command.data;

import io.kvapp.Batch;
import io.kvapp.BatchResult;
import io.kvapp.KVStore;
import io.kvapp.StoreLimits;
import io.kvapp.server.command.terminal.Terminal;
import io.kvapp.server.v1.Refusals;
import io.kvapp.server.v1.TxnJson;
import io.kvapp.server.v1.TxnLimits;
import io.kvapp.server.v1.TxnReader;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * The command {@code kvapp txn}: conditions and operations, all or nothing, as JSON.
 *
 * <p>Not thread-safe.
 */
@Command(
    name = "txn",
    description =
        "Makes the operations of a transaction, all or none, as {\"if\":[..],\"then\":[..]} in JSON"
            + " says; prints the results as JSON.")
final class TxnCommand extends DataCommand {
  @Parameters(
      arity = "0..1",
      paramLabel = "FILE",
      description = "The file with the transaction. Default: standard input.")
  private Path file;

  @Option(names = "--sync", description = "Wait until the writes survive a power cut.")
  private boolean sync;

  TxnCommand(Terminal terminal) {
    super(terminal);
  }

  @Override
  StoreTarget.Access access() {
    return StoreTarget.Access.CREATE;
  }

  @Override
  int run(KVStore store) throws IOException {
    Batch batch;
    try (InputStream input = InputFile.open(file, terminal())) {
      StoreLimits limits = store.limits();
      batch = TxnReader.read(input.readAllBytes(), limits, TxnLimits.of(limits));
    }
    BatchResult result = store.commit(batch);
    if (!result.applied()) {
      throw Refusals.conflict(result);
    }
    if (sync) {
      store.sync();
    }
    TxnJson.writeResults(jsonOutput(), result);
    terminal().output().write('\n');
    return ExitCode.OK;
  }
}
