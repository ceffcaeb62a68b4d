package io.kvapp.server.command.data;

import io.kvapp.KVStore;
import io.kvapp.server.command.terminal.ProgressLine;
import io.kvapp.server.command.terminal.Terminal;
import java.io.IOException;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;

/**
 * The command {@code kvapp compact}.
 *
 * <p>Not thread-safe.
 */
@Command(
    name = "compact",
    description = "Gives back the disk space of deleted and overwritten entries.")
final class CompactCommand extends DataCommand {
  CompactCommand(Terminal terminal) {
    super(terminal);
  }

  @Override
  StoreTarget.Access access() {
    return StoreTarget.Access.CHANGE;
  }

  @Override
  int run(KVStore store) throws IOException {
    ProgressLine.during(
        terminal(),
        "compact",
        () -> {
          store.admin().compact();
          return null;
        });
    long bytes = store.admin().stats().diskBytes();
    print("the store takes %d bytes".formatted(bytes), Map.of("disk_bytes", bytes));
    return ExitCode.OK;
  }
}
