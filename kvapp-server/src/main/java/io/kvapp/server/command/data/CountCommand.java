package io.kvapp.server.command.data;

import io.kvapp.KVStore;
import io.kvapp.server.command.terminal.ProgressLine;
import io.kvapp.server.command.terminal.Terminal;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;

/**
 * The command {@code kvapp count}.
 *
 * <p>Not thread-safe.
 */
@Command(name = "count", description = "Prints how many keys start with a prefix.")
final class CountCommand extends DataCommand {
  @Mixin private PrefixForm form;

  CountCommand(Terminal terminal) {
    super(terminal);
  }

  @Override
  int run(KVStore store) throws IOException {
    byte[] start = form.prefix();
    long count =
        ProgressLine.during(
            terminal(), "count", () -> start.length == 0 ? store.size() : store.count(start));
    Map<String, Object> members = new LinkedHashMap<>();
    members.put("count", count);
    members.put("revision", store.revision());
    print(Long.toString(count), members);
    return ExitCode.OK;
  }
}
