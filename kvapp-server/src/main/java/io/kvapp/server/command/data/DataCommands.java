package io.kvapp.server.command.data;

import io.kvapp.server.command.terminal.Terminal;
import java.util.List;

/**
 * All commands on a store, in the order of the help.
 *
 * <p>All methods may be called from any thread.
 */
public final class DataCommands {
  private DataCommands() {}

  /** New ones, which work with this terminal. */
  public static List<Object> on(Terminal terminal) {
    return List.of(
        new GetCommand(terminal),
        new PutCommand(terminal),
        new DeleteCommand(terminal),
        new TouchCommand(terminal),
        new AddCommand(terminal),
        new ScanCommand(terminal),
        new CountCommand(terminal),
        new TxnCommand(terminal),
        new WatchCommand(terminal),
        new ExportCommand(terminal),
        new ImportCommand(terminal),
        new StatsCommand(terminal),
        new BackupCommand(terminal),
        new RestoreCommand(terminal),
        new CompactCommand(terminal),
        new VerifyCommand(terminal));
  }
}
