package io.kvapp.server.command;

import io.kvapp.server.command.terminal.PasswordInput;
import io.kvapp.server.command.terminal.StandardOutput;
import io.kvapp.server.command.terminal.Terminal;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/** The command line in this process, with streams that a test fills and reads. */
public final class CommandRun {
  private final Map<String, String> environment = new HashMap<>();
  private InputStream input = InputStream.nullInputStream();
  private OutputStream target;
  private boolean isPipe;
  private boolean isTerminal;

  /** What a command did. */
  public record Done(int exitCode, byte[] bytes, String err) {
    /** Standard output as text. */
    public String out() {
      return new String(bytes, StandardCharsets.UTF_8);
    }
  }

  /** A terminal whose password comes from its input. */
  static Terminal terminal(InputStream input) {
    return terminal(
        input, OutputStream.nullOutputStream(), new PrintWriter(new StringWriter()), Map.of());
  }

  private static Terminal terminal(
      InputStream input, OutputStream output, PrintWriter err, Map<String, String> environment) {
    return new Terminal(
        input,
        new StandardOutput(output, false),
        err,
        PasswordInput.of(input),
        environment,
        false,
        false,
        false,
        System::nanoTime);
  }

  /** Sets an environment variable. */
  public CommandRun environment(String name, String value) {
    environment.put(name, value);
    return this;
  }

  /** What the commands read, from here on. */
  public CommandRun input(String text) {
    return input(text.getBytes(StandardCharsets.UTF_8));
  }

  /** What the commands read, from here on. */
  public CommandRun input(byte[] bytes) {
    input = new ByteArrayInputStream(bytes);
    return this;
  }

  /** A person sits at the streams. */
  public CommandRun atTerminal() {
    isTerminal = true;
    return this;
  }

  /** Sends output there, in place of keeping it. */
  public CommandRun output(OutputStream there, boolean pipe) {
    target = there;
    isPipe = pipe;
    return this;
  }

  /** Runs a command to its end. */
  public Done run(String... arguments) {
    ByteArrayOutputStream kept = new ByteArrayOutputStream();
    StringWriter err = new StringWriter();
    PrintWriter errors = new PrintWriter(err);
    Terminal terminal =
        new Terminal(
            input,
            new StandardOutput(target == null ? kept : target, isPipe),
            errors,
            PasswordInput.of(input),
            environment,
            isTerminal,
            isTerminal,
            isTerminal,
            System::nanoTime);
    StringWriter out = new StringWriter();
    int exitCode =
        ServeCommand.commandLine(terminal, arguments)
            .setOut(new PrintWriter(out, true))
            .execute(arguments);
    kept.writeBytes(out.toString().getBytes(StandardCharsets.UTF_8));
    errors.flush();
    return new Done(exitCode, kept.toByteArray(), err.toString());
  }
}
