package io.kvapp.server.command.data;

import io.kvapp.KVStore;
import io.kvapp.VerifyReport;
import io.kvapp.server.command.terminal.ProgressLine;
import io.kvapp.server.command.terminal.Terminal;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;

/**
 * The command {@code kvapp verify}.
 *
 * <p>Not thread-safe.
 */
@Command(
    name = "verify",
    description =
        "Reads everything and checks every checksum; prints a line for each fault. Changes nothing,"
            + " so it works on a backup or a read-only file system too.")
final class VerifyCommand extends DataCommand {
  VerifyCommand(Terminal terminal) {
    super(terminal);
  }

  @Override
  int run(KVStore store) throws IOException {
    VerifyReport report = ProgressLine.during(terminal(), "verify", () -> store.admin().verify());
    if (!json()) {
      report.faults().forEach(terminal().output()::line);
    }
    Map<String, Object> members = new LinkedHashMap<>();
    members.put("entries", report.entries());
    members.put("bytes", report.bytes());
    members.put("faults", report.faults());
    print(
        "%d entries and %d bytes of files read, %d faults"
            .formatted(report.entries(), report.bytes(), report.faults().size()),
        members);
    return report.ok() ? ExitCode.OK : ExitCode.SOFTWARE;
  }
}
