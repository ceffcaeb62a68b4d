package io.kvapp.server.command.terminal;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * The streams and the environment that a command works with.
 *
 * <p>Immutable; its streams are for one thread at a time.
 *
 * @param input standard input
 * @param output standard output
 * @param errors standard error
 * @param passwords where passwords come from
 * @param environment the environment variables
 * @param inputIsTerminal whether a person types the input
 * @param outputIsTerminal whether a person sees the output
 * @param errorsAreTerminal whether a person sees the errors
 * @param nanoTime what {@link System#nanoTime()} tells
 */
public record Terminal(
    InputStream input,
    StandardOutput output,
    PrintWriter errors,
    PasswordInput passwords,
    Map<String, String> environment,
    boolean inputIsTerminal,
    boolean outputIsTerminal,
    boolean errorsAreTerminal,
    LongSupplier nanoTime) {
  private static final int FILE_TYPE = 0170000;
  private static final int PIPE = 0010000;
  private static final int SOCKET = 0140000;

  /** The one of this process. */
  public static Terminal ofProcess() {
    PrintWriter errors =
        new PrintWriter(
            new OutputStreamWriter(new FileOutputStream(FileDescriptor.err), errorEncoding()));
    return new Terminal(
        System.in,
        new StandardOutput(new FileOutputStream(FileDescriptor.out), isPipe(1)),
        errors,
        PasswordInput.ofTerminal(),
        System.getenv(),
        isTerminal(0),
        isTerminal(1),
        isTerminal(2),
        System::nanoTime);
  }

  /** Whether output has colours: on a terminal that knows them, unless {@code NO_COLOR} is set. */
  public boolean colours() {
    return outputIsTerminal
        && environment.getOrDefault("NO_COLOR", "").isEmpty()
        && !"dumb".equals(environment.get("TERM"));
  }

  /** The text in a colour, by its number in ECMA-48, where there are colours. */
  public String coloured(int colour, String text) {
    return colours() ? "\u001b[" + colour + "m" + text + "\u001b[0m" : text;
  }

  /** Asks a question on standard error; only y or yes is a yes. */
  public boolean confirms(String question) {
    errors.print(question + " [y/N] ");
    errors.flush();
    StringBuilder answer = new StringBuilder();
    try {
      int next = input.read();
      while (next >= 0 && next != '\n') {
        answer.append((char) next);
        next = input.read();
      }
    } catch (IOException unreadable) {
      return false;
    }
    return answer.toString().strip().matches("(?i)y(es)?");
  }

  /** The encoding of the locale, as the messages of a terminal are in it. */
  private static Charset errorEncoding() {
    String name = System.getProperty("sun.jnu.encoding", "UTF-8");
    return Charset.isSupported(name) ? Charset.forName(name) : StandardCharsets.UTF_8;
  }

  /** Whether a descriptor of this process is a terminal, as far as the system tells. */
  private static boolean isTerminal(int descriptor) {
    Path link = Path.of("/proc/self/fd/" + descriptor);
    try {
      return Files.readSymbolicLink(link).toString().matches("/dev/(pts/\\d+|tty.*|console)");
    } catch (IOException | UnsupportedOperationException elsewhere) {
      return !Files.exists(Path.of("/proc/self/fd")) && PasswordInput.terminal() != null;
    }
  }

  private static boolean isPipe(int descriptor) {
    try {
      int mode = (int) Files.getAttribute(Path.of("/dev/fd/" + descriptor), "unix:mode");
      return (mode & FILE_TYPE) == PIPE || (mode & FILE_TYPE) == SOCKET;
    } catch (IOException | UnsupportedOperationException | IllegalArgumentException elsewhere) {
      return false;
    }
  }
}
