package io.kvapp.server.command.data;

import io.kvapp.KVStore;
import io.kvapp.server.command.terminal.ProgressLine;
import io.kvapp.server.command.terminal.Terminal;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Parameters;

/**
 * The command {@code kvapp backup}.
 *
 * <p>Not thread-safe.
 */
@Command(name = "backup", description = "Copies the store into a new folder on this machine.")
final class BackupCommand extends DataCommand {
  @Parameters(paramLabel = "TO", description = "A folder that is not there yet, or is empty.")
  private Path target;

  BackupCommand(Terminal terminal) {
    super(terminal);
  }

  @Override
  int run(KVStore store) throws IOException {
    ProgressLine.during(
        terminal(),
        "backup",
        () -> {
          store.admin().backup(target);
          return null;
        });
    Map<String, Object> members = new LinkedHashMap<>();
    members.put("name", target.toString());
    members.put("entries", store.size());
    members.put("revision", store.revision());
    print("backed up %d entries into %s".formatted(store.size(), target), members);
    return ExitCode.OK;
  }
}
