package io.kvapp.server.command.data;

import io.kvapp.KVStore;
import io.kvapp.dbm.DbmDumb;
import io.kvapp.server.command.terminal.OneLineErrors;
import io.kvapp.server.command.terminal.ProgressLine;
import io.kvapp.server.command.terminal.Terminal;
import io.kvapp.server.transfer.ImportRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * The command {@code kvapp import}: what an export has written, or a database of Python.
 *
 * <p>Not thread-safe.
 */
@Command(
    name = "import",
    description =
        "Writes the entries of an export over those that are there, in steps of which each is"
            + " atomic; or, with --dbm, those of the Python KVApp or any other dbm.dumb.")
final class ImportCommand extends DataCommand {
  @Mixin private KeyForm form;

  @Parameters(
      arity = "0..1",
      paramLabel = "FILE",
      description =
          "What export has printed, default standard input; with --dbm the path without the endings"
              + " .dir and .dat.")
  private Path file;

  @Option(names = "--under", paramLabel = "PREFIX", description = "Put this in front of every key.")
  private String under;

  @Option(names = "--dbm", description = "FILE is a database of Python's dbm.dumb.")
  private boolean dbm;

  @Option(
      names = "--strict",
      description =
          "With --dbm: import nothing if an entry cannot be taken, in place of leaving it out.")
  private boolean strict;

  @Option(names = "--sync", description = "Wait until the entries survive a power cut.")
  private boolean sync;

  @Spec private CommandSpec command;

  ImportCommand(Terminal terminal) {
    super(terminal);
  }

  @Override
  StoreTarget.Access access() {
    return StoreTarget.Access.CREATE;
  }

  @Override
  void check() {
    if (strict && !dbm) {
      throw wrong("--strict goes with --dbm; without it, every line must be good");
    }
    if (dbm && file == null) {
      throw wrong("--dbm needs the path of the database, without the endings .dir and .dat");
    }
    if (dbm && under != null) {
      throw wrong("--under does not go with --dbm");
    }
    // Before a folder is made for what cannot be imported.
    if (!dbm) {
      InputFile.requireThere(file);
    } else if (file.getFileName() != null && !Files.isRegularFile(file)) {
      InputFile.requireThere(file.resolveSibling(file.getFileName() + ".dat"));
    }
  }

  @Override
  int run(KVStore store) throws IOException {
    Map<String, Object> done = dbm ? importDbm(store) : importLines(store);
    if (sync) {
      store.sync();
    }
    done.put("revision", store.revision());
    Object skipped = done.get("skipped");
    String line = "imported " + done.get("imported") + " entries";
    print(skipped.equals(0L) ? line : line + ", skipped " + skipped + " expired ones", done);
    return ExitCode.OK;
  }

  private Map<String, Object> importDbm(KVStore store) {
    Consumer<String> report =
        strict ? DbmDumb.strict() : line -> OneLineErrors.print(command.commandLine(), line);
    long imported =
        ProgressLine.during(terminal(), "import", () -> DbmDumb.importInto(store, file, report));
    return members(imported, 0);
  }

  private Map<String, Object> importLines(KVStore store) throws IOException {
    ImportRun run = ImportFile.into(store, file, form.bytes(under), terminal(), "import");
    return members(run.imported(), run.skipped());
  }

  private static Map<String, Object> members(long imported, long skipped) {
    Map<String, Object> members = new LinkedHashMap<>();
    members.put("imported", imported);
    members.put("skipped", skipped);
    return members;
  }
}
