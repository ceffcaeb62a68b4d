package io.kvapp.server.command.data;

import io.kvapp.Change;
import io.kvapp.Changes;
import io.kvapp.KVStore;
import io.kvapp.server.command.terminal.ShownBytes;
import io.kvapp.server.command.terminal.Terminal;
import io.kvapp.server.v1.ChangeJson;
import java.io.IOException;
import java.time.Duration;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * The command {@code kvapp watch}: a line for each change, as it happens.
 *
 * <p>Not thread-safe.
 */
@Command(
    name = "watch",
    description =
        "Prints a line for each change of the keys that start with a prefix: put, delete or expire,"
            + " tab, key, and for a put tab and value. Goes on until it is ended; on a data folder,"
            + " which nobody else changes, until all is told.")
final class WatchCommand extends DataCommand {
  private static final Duration WAIT = Duration.ofMinutes(1);
  private static final int GREEN = 32;
  private static final int RED = 31;

  @Mixin private PrefixForm form;

  @Option(
      names = "--initial",
      description =
          "First the entries that are there, between the lines reset and synced; also again"
              + " whenever changes were missed.")
  private boolean initial;

  @Option(
      names = "--after",
      paramLabel = "N",
      description = "First the changes behind this revision.")
  private Long after;

  @Option(names = "--keys", description = "Print keys without values.")
  private boolean keysOnly;

  WatchCommand(Terminal terminal) {
    super(terminal);
  }

  @Override
  int run(KVStore store) throws IOException {
    Changes.From from = Changes.of(form.prefix());
    from = initial ? from.withState() : from;
    from = after == null ? from : from.after(after);
    try (Changes changes = store.changes(keysOnly ? from.keysOnly() : from)) {
      while (true) {
        for (Change change : changes.next(WAIT)) {
          print(change);
          if (isFolder() && change.kind() == Change.Kind.SYNCED) {
            return ExitCode.OK;
          }
        }
        terminal().output().flush();
      }
    }
  }

  private void print(Change change) throws IOException {
    boolean isMark = change.kind() == Change.Kind.RESET || change.kind() == Change.Kind.SYNCED;
    if (json()) {
      ChangeJson.write(jsonOutput(), change, keysOnly);
      terminal().output().write('\n');
    } else if (!isMark) {
      boolean isPut = change.kind() == Change.Kind.PUT;
      terminal()
          .output()
          .text(terminal().coloured(isPut ? GREEN : RED, word(change)))
          .text("\t" + ShownBytes.of(change.key()))
          .line(isPut && !keysOnly ? "\t" + ShownBytes.of(change.value()) : "");
    } else if (initial) {
      terminal().output().line(word(change));
    }
  }

  private static String word(Change change) {
    return change.kind().name().toLowerCase(Locale.ROOT);
  }
}
