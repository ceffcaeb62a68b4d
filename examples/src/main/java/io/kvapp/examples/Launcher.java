package io.kvapp.examples;

import io.kvapp.KVException;
import io.kvapp.KVServer;
import io.kvapp.ServerSettings;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * Starts KVApp and says how to talk to it; {@code mvn -q test-compile exec:java} runs it.
 *
 * <p>Ctrl-C closes the store. A mistake ends in one line on standard error.
 */
@Command(
    name = "launcher",
    description = "Starts KVApp on this machine and prints a curl call for each endpoint.",
    mixinStandardHelpOptions = true,
    sortOptions = false)
public final class Launcher implements Callable<Integer> {
  @Option(
      names = "--port",
      paramLabel = "N",
      description = "The port to listen on, 0 for any free one. Default: ${DEFAULT-VALUE}.")
  private int port = ServerSettings.DEFAULT_PORT;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = "The folder that holds the data. Default: ${DEFAULT-VALUE}.")
  private Path data = ServerSettings.DEFAULT_DATA_FOLDER;

  @Spec private CommandSpec spec;

  private Launcher() {}

  /** Serves until the process is told to end. */
  public static void main(String[] arguments) {
    CommandLine commandLine =
        new CommandLine(new Launcher())
            .setParameterExceptionHandler((wrong, ignored) -> complain(wrong, 2))
            .setExecutionExceptionHandler((failure, line, parsed) -> explain(failure));
    System.exit(commandLine.execute(arguments));
  }

  @Override
  public Integer call() throws InterruptedException {
    KVServer server = KVServer.builder().port(port).dataFolder(data).build();
    Runtime.getRuntime().addShutdownHook(new Thread(server::close, "launcher-close"));
    server.start();
    PrintWriter out = spec.commandLine().getOut();
    out.print(welcome("http://" + ServerSettings.DEFAULT_HOST + ":" + server.port(), data));
    out.flush();
    new CountDownLatch(1).await();
    return 0;
  }

  /** Where the server listens, where its data is, and a call for each endpoint. */
  static String welcome(String address, Path data) {
    return """

        KVApp listens on %1$s
        Its data is in %2$s
        Ctrl-C stops it.

        In another terminal, first take a token, then write, read and search:

          TOKEN=$(curl -s %1$s/api/auth | cut -d '"' -f 4)

          curl -s -H "x-access-tokens: $TOKEN" -d '{"key":"city:szeged","value":"Szeged"}' %1$s/api/insert; echo
          curl -s -H "x-access-tokens: $TOKEN" -d '{"key":"city:szeged"}' %1$s/api/search; echo
          curl -s -H "x-access-tokens: $TOKEN" -d '{"prefix":"city:"}' %1$s/api/search; echo

        """
        .formatted(address, data.toAbsolutePath().normalize());
  }

  private static int explain(Exception failure) throws Exception {
    if (failure instanceof KVException || failure instanceof IllegalArgumentException) {
      return complain(failure, 1);
    }
    throw failure;
  }

  private static int complain(Exception mistake, int exitCode) {
    System.err.println("launcher: " + mistake.getMessage());
    return exitCode;
  }
}
