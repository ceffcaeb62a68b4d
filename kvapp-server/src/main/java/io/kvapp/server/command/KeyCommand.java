package io.kvapp.server.command;

import io.kvapp.server.auth.token.KeyFile;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import picocli.CommandLine;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * The command {@code kvapp key}: makes and replaces the key that signs tokens.
 *
 * <p>Not thread-safe.
 */
@Command(name = "key", description = "Makes and replaces the key that signs tokens.")
final class KeyCommand implements Runnable {
  @Spec private CommandSpec spec;

  @Override
  public void run() {
    throw new CommandLine.ParameterException(
        spec.commandLine(), "name what to do: create or rotate");
  }

  @Command(name = "create", description = "Writes a random key into a new file, for --signing-key.")
  private void create(
      @Option(
              names = "--file",
              paramLabel = "FILE",
              required = true,
              description = "The file, which is not there yet.")
          Path file) {
    new KeyFile(file).create();
    print("wrote a new key to " + file);
  }

  @Command(
      name = "rotate",
      description =
          "Puts a new random key in front, which signs from now on; tokens of the old one stay valid"
              + " for their lifetime. A server that runs takes the change over at once.")
  private void rotate(
      @ArgGroup(multiplicity = "1") Place place,
      @Option(
              names = "--token-lifetime",
              paramLabel = "TIME",
              converter = DurationConverter.class,
              defaultValue = "31d",
              description =
                  "How long tokens live at most; keys that were replaced longer ago are dropped."
                      + " Default: ${DEFAULT-VALUE}, the longest that a server takes.")
          Duration tokenLifetime) {
    KeyFile keyFile = place.file == null ? KeyFile.ofFolder(place.data) : new KeyFile(place.file);
    keyFile.rotate(InstantSource.system().instant(), tokenLifetime);
    print("a new key signs tokens in " + keyFile.path());
  }

  private void print(String line) {
    PrintWriter out = spec.commandLine().getOut();
    out.println(line);
    out.flush();
  }

  /** Which key file it is. */
  static final class Place {
    @Option(names = "--data", paramLabel = "DIR", description = "The data folder with the key.")
    private Path data;

    @Option(names = "--file", paramLabel = "FILE", description = "The file with the key.")
    private Path file;
  }
}
