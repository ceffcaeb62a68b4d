package io.kvapp.server.command.data;

import io.kvapp.Entry;
import io.kvapp.KVException;
import io.kvapp.KVStore;
import io.kvapp.server.command.terminal.Terminal;
import io.kvapp.server.file.FileErrors;
import io.kvapp.server.v1.EntryJson;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * The command {@code kvapp get}: the bytes of a value, and nothing else.
 *
 * <p>Not thread-safe.
 */
@Command(name = "get", description = "Prints the bytes of a value and nothing else.")
final class GetCommand extends DataCommand {
  @Mixin private KeyForm form;

  @Parameters(paramLabel = "KEY", description = "The key.")
  private String key;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FILE",
      description = "Write the value to this file in place of standard output.")
  private Path file;

  @Option(
      names = "--meta",
      description = "Print revision, size and expiry on standard error as well.")
  private boolean meta;

  GetCommand(Terminal terminal) {
    super(terminal);
  }

  @Override
  int run(KVStore store) throws IOException {
    byte[] bytes = form.key(key);
    Entry entry = store.entry(bytes).orElseThrow(() -> Refusal.notFound(bytes));
    if (meta) {
      terminal().errors().println(described(entry));
      terminal().errors().flush();
    }
    if (file != null) {
      write(entry.value());
    } else if (json()) {
      EntryJson.write(jsonOutput(), entry);
      terminal().output().write('\n');
    } else {
      terminal().output().write(entry.value());
    }
    return ExitCode.OK;
  }

  private void write(byte[] value) {
    try {
      Files.write(file, value);
    } catch (IOException failure) {
      throw new KVException(
          file
              + " cannot be written ("
              + FileErrors.reason(failure)
              + "); name another file with -o",
          failure);
    }
  }

  private static String described(Entry entry) {
    return "revision %d, %d bytes, %s"
        .formatted(
            entry.revision(),
            entry.valueBytes(),
            entry
                .expiresAt()
                .map(moment -> "expires " + EntryJson.time(moment))
                .orElse("never expires"));
  }
}
