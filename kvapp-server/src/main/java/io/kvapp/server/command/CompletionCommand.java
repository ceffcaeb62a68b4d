package io.kvapp.server.command;

import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/**
 * The command {@code kvapp completion}.
 *
 * <p>Not thread-safe.
 */
@Command(
    name = "completion",
    description =
        "Prints a script that completes commands and options in bash and zsh; use it with"
            + " source <(kvapp completion).")
final class CompletionCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    out.print(AutoComplete.bash("kvapp", spec.root().commandLine()));
    out.print('\n');
    out.flush();
    return ExitCode.OK;
  }
}
