package io.kvapp.server.command;

import io.kvapp.KVException;
import io.kvapp.KVServer;
import io.kvapp.server.HttpEndpoint;
import io.kvapp.server.command.data.DataCommands;
import io.kvapp.server.command.remote.LoginCommand;
import io.kvapp.server.command.remote.LogoutCommand;
import io.kvapp.server.command.terminal.OneLineErrors;
import io.kvapp.server.command.terminal.Terminal;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.UsageMessageSpec;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/**
 * The command {@code kvapp serve}, which is also what {@code kvapp} without a command does: serves
 * a data folder until the process is told to end.
 */
@Command(
    name = "kvapp",
    description = "Serves a key-value store over HTTP.",
    scope = ScopeType.INHERIT,
    mixinStandardHelpOptions = true,
    versionProvider = VersionProvider.class,
    sortOptions = false,
    usageHelpAutoWidth = true,
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:done",
      "1:it did not work",
      "2:it was called wrongly",
      "3:there is no such key, or a condition does not hold"
    })
public final class ServeCommand implements Callable<Integer> {
  @Mixin private ServerOptions store;
  @Mixin private AuthOptions auth;
  @Mixin private TlsOptions tls;
  @Mixin private HttpOptions http;

  @Spec private CommandSpec spec;

  private ServeCommand() {}

  /** The whole command line, ready to be executed. */
  public static CommandLine commandLine() {
    return commandLine(Terminal.ofProcess());
  }

  /**
   * The command line for these arguments: where the first one is a command, no other is described,
   * as that takes longer than most commands do.
   */
  static CommandLine commandLine(Terminal terminal, String... arguments) {
    CommandLine commandLine = new CommandLine(new ServeCommand());
    List<Object> commands = commands(terminal);
    Optional<Object> named =
        commands.stream()
            .filter(command -> arguments.length > 0 && name(command).equals(arguments[0]))
            .filter(command -> !(command instanceof CompletionCommand))
            .findFirst();
    if (named.isEmpty()) {
      addHttpOptions(commandLine.getCommandSpec());
    }
    for (Object command : named.map(List::of).orElse(commands)) {
      CommandLine added = new CommandLine(command).setCommandName(name(command));
      if (command instanceof ServeCommand || command instanceof DoctorCommand) {
        addHttpOptions(added.getCommandSpec());
      }
      // The sum of add may go down.
      added.setUnmatchedOptionsArePositionalParams(name(command).equals("add"));
      commandLine.addSubcommand(name(command), added);
    }
    describeCommands(commandLine);
    // An argument that begins with @ is itself, and not the content of a file.
    commandLine.setExpandAtFiles(false);
    commandLine.setCaseInsensitiveEnumValuesAllowed(true);
    commandLine.registerConverter(Path.class, new PathConverter());
    commandLine.setExecutionStrategy(ServeCommand::execute);
    commandLine.setParameterExceptionHandler(OneLineErrors::onWrongCall);
    commandLine.setExecutionExceptionHandler(OneLineErrors::onFailure);
    commandLine.setColorScheme(
        Help.defaultColorScheme(terminal.colours() ? Help.Ansi.ON : Help.Ansi.OFF));
    return commandLine.setErr(terminal.errors());
  }

  private static List<Object> commands(Terminal terminal) {
    List<Object> commands = new ArrayList<>(List.of(new ServeCommand()));
    commands.addAll(DataCommands.on(terminal));
    commands.add(new LoginCommand(terminal));
    commands.add(new LogoutCommand(terminal));
    commands.add(new UsersCommand(terminal.passwords()));
    commands.add(new KeyCommand());
    commands.add(new DoctorCommand(terminal));
    commands.add(new CompletionCommand());
    return commands;
  }

  private static String name(Object command) {
    boolean isServe = command instanceof ServeCommand;
    return isServe ? "serve" : command.getClass().getAnnotation(Command.class).name();
  }

  /** The commands come before the options, which are those of serve. */
  private static void describeCommands(CommandLine commandLine) {
    commandLine
        .getCommandSpec()
        .usageMessage()
        .customSynopsis("kvapp COMMAND [OPTIONS]", "kvapp [OPTIONS OF SERVE]")
        .description("A key-value store: its server, and all that is done with one.")
        .optionListHeading("%nWithout a command it serves, with these options:%n");
    List<String> sections = new ArrayList<>(commandLine.getHelpSectionKeys());
    List<String> commands =
        List.of(
            UsageMessageSpec.SECTION_KEY_COMMAND_LIST_HEADING,
            UsageMessageSpec.SECTION_KEY_COMMAND_LIST);
    sections.removeAll(commands);
    sections.addAll(sections.indexOf(UsageMessageSpec.SECTION_KEY_OPTION_LIST_HEADING), commands);
    commandLine.setHelpSectionKeys(sections);
  }

  /** Options in front of a command belong to nobody, and would be overlooked. */
  private static int execute(ParseResult parsed) {
    if (parsed.hasSubcommand() && !parsed.matchedOptions().isEmpty()) {
      String option = parsed.matchedOptions().get(0).longestName();
      throw new CommandLine.ParameterException(
          parsed.commandSpec().commandLine(),
          "the option "
              + option
              + " comes behind the command "
              + parsed.subcommand().commandSpec().name());
    }
    return new CommandLine.RunLast().execute(parsed);
  }

  /** Adds them before those of help and version, which come last in the help. */
  private static void addHttpOptions(CommandSpec command) {
    command.mixinStandardHelpOptions(false);
    HttpOptions.addTo(command);
    command.mixinStandardHelpOptions(true);
  }

  @Override
  public Integer call() throws InterruptedException {
    KVServer server = server();
    store.requireDataFolderOfThisUser();
    Runtime.getRuntime().addShutdownHook(new Thread(() -> close(server), "kvapp-close"));
    server.start();
    announce(server);
    // The process ends by a signal, whose shutdown hook closes the server.
    new CountDownLatch(1).await();
    return CommandLine.ExitCode.OK;
  }

  /** The last act of the process, which nobody can catch a failure of. */
  private void close(KVServer server) {
    try {
      server.close();
    } catch (KVException failure) {
      OneLineErrors.print(spec.commandLine(), failure.getMessage());
    }
  }

  private KVServer server() {
    try {
      HttpEndpoint.Builder endpoint = HttpEndpoint.builder().auth(auth.settings(System.getenv()));
      tls.settings(System.getenv()).ifPresent(endpoint::tls);
      http.applyTo(endpoint, spec);
      return store.server().endpoint(endpoint.build()).build();
    } catch (IllegalArgumentException outOfRange) {
      throw new CommandLine.ParameterException(
          spec.commandLine(), outOfRange.getMessage(), outOfRange);
    }
  }

  private void announce(KVServer server) {
    PrintWriter out = spec.commandLine().getOut();
    String host = store.host();
    String name = host.contains(":") ? "[" + host + "]" : host;
    String scheme = tls.settings(System.getenv()).isPresent() ? "https" : "http";
    out.println("KVApp listens on " + scheme + "://" + name + ":" + server.port());
    out.println(store.whereTheDataIs());
    out.println("Stop it with Ctrl-C.");
    out.flush();
  }
}
