package io.kvapp.server.command.data;

import io.kvapp.KVException;
import io.kvapp.KVStore;
import io.kvapp.server.command.terminal.ProgressLine;
import io.kvapp.server.command.terminal.Terminal;
import io.kvapp.server.transfer.ImportRun;
import io.kvapp.transfer.ExportFormat;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Parameters;

/**
 * The command {@code kvapp restore}.
 *
 * <p>Not thread-safe.
 */
@Command(name = "restore", description = "Fills an empty or new store with a backup.")
final class RestoreCommand extends DataCommand {
  @Parameters(paramLabel = "FROM", description = "The folder that backup made.")
  private Path source;

  RestoreCommand(Terminal terminal) {
    super(terminal);
  }

  @Override
  StoreTarget.Access access() {
    return StoreTarget.Access.CREATE;
  }

  /** Before a folder is made for what cannot be restored. */
  @Override
  void check() {
    boolean isBackup =
        Files.isRegularFile(source)
            || Stream.of(ExportFormat.FILE_NAME, "MANIFEST")
                .map(source::resolve)
                .anyMatch(Files::exists);
    if (!isBackup) {
      throw new KVException(
          source
              + " is not a backup; name the folder that a backup was written to, or a file that"
              + " export has written");
    }
  }

  @Override
  int run(KVStore store) throws IOException {
    Path export = ExportFormat.file(source);
    long restored =
        server().isEmpty() && !store.isShared() && Files.isRegularFile(export)
            ? fromExport(store, export)
            : ProgressLine.during(terminal(), "restore", () -> store.admin().restore(source));
    print("restored %d entries".formatted(restored), Map.of("restored", restored));
    return ExitCode.OK;
  }

  /** Takes in what a server has exported, all of which is read before anything is written. */
  private long fromExport(KVStore store, Path export) throws IOException {
    long present = store.size();
    if (present > 0) {
      throw new KVException.WrongState(
          "the store holds " + present + " entries; restore into an empty store");
    }
    ImportRun.check(export, store.limits());
    long restored = ImportFile.into(store, export, new byte[0], terminal(), "restore").imported();
    store.sync();
    return restored;
  }
}
