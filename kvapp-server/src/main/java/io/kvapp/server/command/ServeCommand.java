package io.kvapp.server.command;

import io.kvapp.KVException;
import io.kvapp.KVServer;
import io.kvapp.server.HttpEndpoint;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** The command {@code kvapp-server}: serves a data folder until the process is told to end. */
@Command(
    name = "kvapp-server",
    description = "Serves a key-value store over HTTP.",
    scope = ScopeType.INHERIT,
    mixinStandardHelpOptions = true,
    versionProvider = VersionProvider.class,
    sortOptions = false,
    usageHelpAutoWidth = true,
    exitCodeListHeading = "%nExit codes:%n",
    subcommands = {KeyCommand.class, StoreCommand.class},
    exitCodeList = {"0:done", "1:it did not work", "2:it was called wrongly"})
public final class ServeCommand implements Callable<Integer> {
  @Mixin private ServerOptions store;
  @Mixin private AuthOptions auth;
  @Mixin private TlsOptions tls;
  @Mixin private HttpOptions http;

  @Spec private CommandSpec spec;

  private ServeCommand() {}

  /** The whole command line, ready to be executed. */
  public static CommandLine commandLine() {
    return commandLine(PasswordInput.ofTerminal());
  }

  static CommandLine commandLine(PasswordInput passwords) {
    CommandLine commandLine = new CommandLine(new ServeCommand());
    addHttpOptions(commandLine.getCommandSpec());
    commandLine.addSubcommand(new UsersCommand(passwords));
    CommandLine doctor = new CommandLine(new DoctorCommand());
    addHttpOptions(doctor.getCommandSpec());
    commandLine.addSubcommand(doctor);
    // An argument that begins with @ is itself, and not the content of a file.
    commandLine.setExpandAtFiles(false);
    commandLine.setCaseInsensitiveEnumValuesAllowed(true);
    commandLine.registerConverter(Path.class, new PathConverter());
    commandLine.setParameterExceptionHandler(OneLineErrors::onWrongCall);
    commandLine.setExecutionExceptionHandler(OneLineErrors::onFailure);
    return commandLine;
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
