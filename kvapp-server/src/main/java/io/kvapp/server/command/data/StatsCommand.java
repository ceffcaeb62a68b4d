package io.kvapp.server.command.data;

import io.kvapp.KVStore;
import io.kvapp.server.command.terminal.Terminal;
import io.kvapp.server.v1.StatsHandler;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;

/**
 * The command {@code kvapp stats}.
 *
 * <p>Not thread-safe.
 */
@Command(
    name = "stats",
    description = "Prints figures of the store, and what opening it found and did.")
final class StatsCommand extends DataCommand {
  StatsCommand(Terminal terminal) {
    super(terminal);
  }

  @Override
  int run(KVStore store) throws IOException {
    Map<String, Object> parts =
        server().isPresent() ? server().get().object("/v1/stats") : ofStore(store);
    if (json()) {
      print("", parts);
    } else {
      parts.forEach(this::printPart);
    }
    return ExitCode.OK;
  }

  /** Prints a line for each figure; a server without backups has a part that is null. */
  private void printPart(String part, Object figures) {
    if (figures instanceof Map<?, ?> members) {
      members.forEach(
          (name, figure) -> terminal().output().line("%s.%s\t%s".formatted(part, name, figure)));
    }
  }

  private static Map<String, Object> ofStore(KVStore store) {
    Map<String, Object> parts = new LinkedHashMap<>();
    parts.put("store", StatsHandler.store(store.admin().stats()));
    parts.put("recovery", StatsHandler.recovery(store.admin().recovery()));
    return parts;
  }
}
