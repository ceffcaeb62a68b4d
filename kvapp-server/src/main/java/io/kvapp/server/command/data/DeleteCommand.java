package io.kvapp.server.command.data;

import io.kvapp.Batch;
import io.kvapp.BatchResult;
import io.kvapp.KVStore;
import io.kvapp.OperationResult;
import io.kvapp.server.command.terminal.ProgressLine;
import io.kvapp.server.command.terminal.ShownBytes;
import io.kvapp.server.command.terminal.Terminal;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * The command {@code kvapp delete}: one entry, or all whose keys start with a prefix.
 *
 * <p>Not thread-safe.
 */
@Command(
    name = "delete",
    description =
        "Deletes an entry; or, with --prefix, every entry whose key starts with it, after saying"
            + " how many and asking.")
final class DeleteCommand extends DataCommand {
  @Mixin private KeyForm form;

  @Parameters(arity = "0..1", paramLabel = "KEY", description = "The key.")
  private String key;

  @Option(names = "--prefix", paramLabel = "PREFIX", description = "What the keys start with.")
  private String prefix;

  @Option(
      names = "--if-revision",
      paramLabel = "N",
      description = "Delete only if the entry has this revision.")
  private Long ifRevision;

  @Option(
      names = {"-y", "--yes"},
      description = "Do not ask.")
  private boolean yes;

  @Option(names = "--sync", description = "Wait until the delete survives a power cut.")
  private boolean sync;

  DeleteCommand(Terminal terminal) {
    super(terminal);
  }

  @Override
  StoreTarget.Access access() {
    return StoreTarget.Access.CHANGE;
  }

  @Override
  void check() {
    if ((key == null) == (prefix == null)) {
      throw wrong("name a key, or a prefix with --prefix");
    }
    if (key == null && ifRevision != null) {
      throw wrong("--if-revision goes with a key alone");
    }
    if (key == null && form.bytes(prefix).length == 0) {
      throw wrong("the prefix is empty, which would delete everything; name one");
    }
  }

  @Override
  int run(KVStore store) throws IOException {
    return key == null ? deletePrefix(store) : deleteKey(store);
  }

  private int deleteKey(KVStore store) throws IOException {
    byte[] bytes = form.key(key);
    Batch batch = new Batch().delete(bytes);
    if (ifRevision != null) {
      batch.ifRevision(bytes, ifRevision);
    }
    BatchResult result = store.commit(batch);
    if (!result.applied()) {
      throw Refusal.conflict(bytes, result.failures().get(0).current());
    }
    if (!((OperationResult.Delete) result.results().get(0)).deleted()) {
      throw Refusal.notFound(bytes);
    }
    done(store, 1, result.revision());
    return ExitCode.OK;
  }

  private int deletePrefix(KVStore store) throws IOException {
    byte[] bytes = form.bytes(prefix);
    long count = store.count(bytes);
    if (!yes && count > 0) {
      String what =
          count + (count == 1 ? " entry whose key starts" : " entries whose keys start") + " with ";
      if (!terminal().inputIsTerminal()) {
        throw wrong(what + ShownBytes.of(bytes) + " would be deleted; say so with --yes");
      }
      if (!terminal().confirms("Delete " + what + ShownBytes.of(bytes) + "?")) {
        terminal().errors().println("Nothing was deleted.");
        terminal().errors().flush();
        return ExitCode.SOFTWARE;
      }
    }
    long deleted;
    try (ProgressLine progress = new ProgressLine(terminal(), "delete", "entries", () -> count)) {
      deleted = store.deletePrefix(bytes, progress::at);
    }
    done(store, deleted, store.revision());
    return ExitCode.OK;
  }

  private void done(KVStore store, long deleted, long revision) throws IOException {
    if (sync) {
      store.sync();
    }
    Map<String, Object> members = new LinkedHashMap<>();
    members.put("deleted", deleted);
    members.put("revision", revision);
    if (json() || prefix != null) {
      print("deleted " + deleted + (deleted == 1 ? " entry" : " entries"), members);
    }
  }
}
