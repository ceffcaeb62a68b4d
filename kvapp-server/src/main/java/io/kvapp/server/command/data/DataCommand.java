package io.kvapp.server.command.data;

import io.kvapp.KVException;
import io.kvapp.KVStore;
import io.kvapp.server.command.remote.ServerConnection;
import io.kvapp.server.command.terminal.OneLineErrors;
import io.kvapp.server.command.terminal.Terminal;
import io.kvapp.server.http.message.HttpException;
import io.kvapp.server.json.JsonOutput;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * A command that works on a store.
 *
 * <p>Not thread-safe.
 */
@Command
abstract class DataCommand implements Callable<Integer> {
  /** There is no such key, or a condition does not hold. */
  static final int OTHERWISE = 3;

  private final Terminal terminal;

  @Mixin private StoreTarget target;

  @Option(
      names = OneLineErrors.JSON,
      description = "Print JSON; a failure is a problem object on standard error.")
  private boolean json;

  @Spec private CommandSpec spec;

  DataCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  /** What the command does with a folder; by default it only reads. */
  StoreTarget.Access access() {
    return StoreTarget.Access.READ;
  }

  /**
   * Looks at the options, before a store is opened.
   *
   * @throws CommandLine.ParameterException if they do not fit together
   */
  void check() {}

  /** Does the work; returns the exit code. */
  abstract int run(KVStore store) throws IOException;

  @Override
  public final Integer call() throws IOException {
    check();
    int exitCode;
    try (KVStore store = target.open(access(), spec, terminal)) {
      exitCode = run(store);
    } catch (KVException.NotSignedIn refused) {
      if (server().isPresent()) {
        throw refused;
      }
      // A login would not help.
      throw new HttpException(401, "token-invalid", refused.getMessage());
    }
    terminal.output().flush();
    return exitCode;
  }

  Terminal terminal() {
    return terminal;
  }

  /** Whether output is JSON. */
  boolean json() {
    return json;
  }

  /** Whether the store is in a folder, so that nobody else changes it meanwhile. */
  boolean isFolder() {
    return target.isFolder();
  }

  /** The server that the store is on; empty where none is between. */
  Optional<ServerConnection> server() {
    return target.connection();
  }

  JsonOutput jsonOutput() {
    return new JsonOutput(terminal.output());
  }

  /** Prints a line, or these members where JSON is asked for. */
  void print(String line, Map<String, ?> members) throws IOException {
    if (json) {
      jsonOutput().value(members);
      terminal.output().write('\n');
    } else {
      terminal.output().line(line);
    }
  }

  /** A mistake in how the command was called. */
  CommandLine.ParameterException wrong(String message) {
    return new CommandLine.ParameterException(spec.commandLine(), message);
  }
}
