package io.kvapp.server.command.remote;

import io.kvapp.server.command.terminal.Terminal;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/**
 * The command {@code kvapp login}.
 *
 * <p>Not thread-safe.
 */
@Command(
    name = "login",
    description =
        "Signs in at a server as --user, and keeps a token for later commands in"
            + " ~/.config/kvapp/token, which only this user reads. The password is asked for, or is"
            + " the first line of standard input.")
public final class LoginCommand implements Callable<Integer> {
  private final Terminal terminal;

  @Mixin private ServerOption server;

  @Spec private CommandSpec command;

  /** A command that works with this terminal. */
  public LoginCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() {
    if (server.user() == null) {
      throw ServerOption.wrong(command, "name who signs in with --user");
    }
    ServerConnection connection =
        new ServerConnection(server.uri(command, terminal), TokenFile.of(terminal.environment()));
    connection.requireReachable();
    connection.login(server.user(), ServerOption.passwordOfLogin(command, terminal));
    terminal.errors().println("kvapp: signed in as " + server.user());
    terminal.errors().flush();
    return ExitCode.OK;
  }
}
