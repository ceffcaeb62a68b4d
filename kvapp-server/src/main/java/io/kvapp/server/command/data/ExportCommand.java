package io.kvapp.server.command.data;

import io.kvapp.Entry;
import io.kvapp.KVStore;
import io.kvapp.Scan;
import io.kvapp.Snapshot;
import io.kvapp.server.command.terminal.ProgressLine;
import io.kvapp.server.command.terminal.Terminal;
import io.kvapp.server.json.JsonOutput;
import io.kvapp.server.v1.EntryJson;
import io.kvapp.transfer.ExportFormat;
import java.io.IOException;
import java.util.Iterator;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;

/**
 * The command {@code kvapp export}: a line of JSON for each entry, and a last one that says that it
 * is whole.
 *
 * <p>Not thread-safe.
 */
@Command(
    name = "export",
    description =
        "Prints the entries whose keys start with a prefix, as they are at one moment: a line of"
            + " JSON each, and a last line that says that it is whole.")
final class ExportCommand extends DataCommand {
  private static final long PAGE_BYTES = 4 << 20;

  @Mixin private PrefixForm form;

  ExportCommand(Terminal terminal) {
    super(terminal);
  }

  @Override
  int run(KVStore store) throws IOException {
    byte[] start = form.prefix();
    try (ProgressLine progress =
        new ProgressLine(
            terminal(),
            "export",
            "entries",
            () -> start.length == 0 ? store.size() : store.count(start))) {
      if (server().isPresent()) {
        RemoteExport.copy(server().get(), start, terminal().output(), progress::at);
      } else {
        export(store, start, progress);
      }
      terminal().output().flush();
    }
    return ExitCode.OK;
  }

  private void export(KVStore store, byte[] start, ProgressLine progress) throws IOException {
    JsonOutput json = jsonOutput();
    long count = 0;
    try (Snapshot snapshot = store.snapshot()) {
      Iterator<Entry> entries =
          snapshot.entries(Scan.prefix(start).maxBytes(PAGE_BYTES)).iterator();
      while (entries.hasNext()) {
        EntryJson.write(json, entries.next());
        terminal().output().write('\n');
        progress.at(++count);
      }
      terminal().output().line(new ExportFormat.End(count, snapshot.revision()).line());
    }
  }
}
