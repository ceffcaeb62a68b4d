package io.kvapp.server.command.remote;

import io.kvapp.server.command.terminal.Terminal;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/**
 * The command {@code kvapp logout}.
 *
 * <p>Not thread-safe.
 */
@Command(
    name = "logout",
    description = "Deletes the token that login keeps for a server; nothing if there is none.")
public final class LogoutCommand implements Callable<Integer> {
  private final Terminal terminal;

  @Mixin private ServerOption server;

  @Spec private CommandSpec command;

  /** A command that works with this terminal. */
  public LogoutCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() {
    TokenFile.of(terminal.environment())
        .forget(ServerConnection.name(server.uri(command, terminal)));
    return ExitCode.OK;
  }
}
