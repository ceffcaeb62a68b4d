package io.kvapp.bench;

import io.kvapp.bench.embedded.EmbeddedCommand;
import io.kvapp.bench.http.HttpCommand;
import io.kvapp.bench.report.DocsCommand;
import io.kvapp.bench.upkeep.UpkeepCommand;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** Measures KVApp beside its peers. */
@Command(
    name = "kvapp-bench",
    description = "Measures KVApp beside its peers.",
    mixinStandardHelpOptions = true,
    subcommands = {
      EmbeddedCommand.class,
      HttpCommand.class,
      UpkeepCommand.class,
      DocsCommand.class
    })
public final class Bench {
  private Bench() {}

  /** Runs a subcommand; its result is the exit status. */
  public static void main(String[] args) {
    CommandLine line = new CommandLine(new Bench());
    line.setCaseInsensitiveEnumValuesAllowed(true);
    line.setExecutionExceptionHandler(
        (failure, command, parsed) -> {
          boolean plain = failure instanceof IllegalStateException;
          System.err.println("kvapp-bench: " + (plain ? failure.getMessage() : failure));
          return command.getCommandSpec().exitCodeOnExecutionException();
        });
    System.exit(line.execute(args));
  }
}
