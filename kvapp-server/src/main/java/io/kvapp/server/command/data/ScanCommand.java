package io.kvapp.server.command.data;

import io.kvapp.Entry;
import io.kvapp.KVStore;
import io.kvapp.Scan;
import io.kvapp.server.command.terminal.ShownBytes;
import io.kvapp.server.command.terminal.Terminal;
import io.kvapp.server.json.JsonOutput;
import io.kvapp.server.v1.EntryJson;
import java.io.IOException;
import java.util.Iterator;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * The command {@code kvapp scan}: the entries of a prefix in order, across pages.
 *
 * <p>Not thread-safe.
 */
@Command(
    name = "scan",
    description =
        "Prints the entries whose keys start with a prefix, in order: key, tab, value. Bytes that"
            + " are not text are base64: and their base64.")
final class ScanCommand extends DataCommand {
  private static final int PAGE_ENTRIES = 1_000;
  private static final long PAGE_BYTES = 4 << 20;
  private static final int CYAN = 36;
  private static final int BLUE = 34;
  private static final byte[] FOLDER = JsonOutput.ascii("{\"prefix\":\"");
  private static final byte[] FOLDER_BASE64 = JsonOutput.ascii("{\"prefix_base64\":\"");

  @Mixin private PrefixForm form;

  @Option(names = "--keys", description = "Print keys without values.")
  private boolean keysOnly;

  @Option(names = "--limit", paramLabel = "N", description = "At most so many. Default: all.")
  private long limit = Long.MAX_VALUE;

  @Option(names = "--reverse", description = "From the largest key down.")
  private boolean reverse;

  @Option(
      names = "--folders",
      description = "Print one line for all keys that have a / behind the prefix up to the same /.")
  private boolean folders;

  ScanCommand(Terminal terminal) {
    super(terminal);
  }

  @Override
  void check() {
    if (limit < 1) {
      throw wrong("--limit is at least 1, not " + limit);
    }
    if (folders && reverse) {
      throw wrong("--folders goes from the smallest key up; leave --reverse out");
    }
  }

  @Override
  int run(KVStore store) throws IOException {
    byte[] start = form.prefix();
    if (folders) {
      new FolderScan(store, start, keysOnly, limit).run(this::printEntry, this::printFolder);
      return ExitCode.OK;
    }
    Scan scan = Scan.prefix(start).limit((int) Math.min(limit, PAGE_ENTRIES)).maxBytes(PAGE_BYTES);
    scan = reverse ? scan.reversed() : scan;
    Iterator<Entry> entries =
        store.entries(keysOnly ? scan.keysOnly() : scan).limit(limit).iterator();
    while (entries.hasNext()) {
      printEntry(entries.next());
    }
    return ExitCode.OK;
  }

  private void printEntry(Entry entry) throws IOException {
    if (json()) {
      EntryJson.write(jsonOutput(), entry, keysOnly ? -1 : Integer.MAX_VALUE);
    } else {
      terminal().output().text(terminal().coloured(CYAN, ShownBytes.of(entry.key())));
      if (!keysOnly) {
        terminal().output().text("\t").text(ShownBytes.of(entry.value()));
      }
    }
    terminal().output().write('\n');
  }

  private void printFolder(byte[] folder) throws IOException {
    if (json()) {
      jsonOutput().bytes(FOLDER, FOLDER_BASE64, folder);
      terminal().output().text("}\n");
    } else {
      terminal().output().line(terminal().coloured(BLUE, ShownBytes.of(folder)));
    }
  }
}
