package io.kvapp.server.command.data;

import io.kvapp.KVStore;
import io.kvapp.server.command.terminal.ProgressLine;
import io.kvapp.server.command.terminal.Terminal;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Parameters;

/**
 * The command {@code kvapp restore}.
 *
 * <p>Not thread-safe.
 */
@Command(name = "restore", description = "Fills an empty or new store with a backup.")
final class RestoreCommand extends DataCommand {
  @Parameters(paramLabel = "FROM", description = "The folder that backup made.")
  private Path source;

  RestoreCommand(Terminal terminal) {
    super(terminal);
  }

  @Override
  StoreTarget.Access access() {
    return StoreTarget.Access.CREATE;
  }

  @Override
  int run(KVStore store) throws IOException {
    long restored = ProgressLine.during(terminal(), "restore", () -> store.admin().restore(source));
    print("restored %d entries".formatted(restored), Map.of("restored", restored));
    return ExitCode.OK;
  }
}
