package io.kvapp.server.command.terminal;

import java.io.Console;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.io.Reader;
import java.lang.reflect.InvocationTargetException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import picocli.CommandLine;

/**
 * Passwords: typed without echo, a new one twice, or the first line of standard input.
 *
 * <p>Not thread-safe.
 */
public final class PasswordInput {
  private static final int MAX_CHARS = 1_024;
  private static final int SHORT_CHARS = 8;

  private final InputStream input;
  private final Console console;

  private PasswordInput(InputStream input, Console console) {
    this.input = input;
    this.console = console;
  }

  /** Typed at the terminal, or read from standard input where there is no terminal. */
  public static PasswordInput ofTerminal() {
    return new PasswordInput(System.in, terminal());
  }

  /** Read from {@code input}. */
  public static PasswordInput of(InputStream input) {
    return new PasswordInput(input, null);
  }

  /** Whether a person types them, so that standard input is for other things. */
  public boolean isTyped() {
    return console != null;
  }

  /**
   * A password to sign in with.
   *
   * @throws CommandLine.ParameterException if there is none
   */
  public String readKnown(CommandLine commandLine) {
    if (console == null) {
      return checked(firstLine(commandLine), commandLine);
    }
    char[] typed = console.readPassword("Password: ");
    if (typed == null) {
      throw wrong(commandLine, "no password was typed");
    }
    return checked(new String(typed), commandLine);
  }

  /**
   * A new password.
   *
   * @throws CommandLine.ParameterException if there is none, or the two differ
   */
  public String readNew(CommandLine commandLine) {
    String password = console == null ? firstLine(commandLine) : typed(commandLine);
    checked(password, commandLine);
    if (password.length() < SHORT_CHARS) {
      PrintWriter err = commandLine.getErr();
      err.println("kvapp: warning: the password is short and so easy to guess");
      err.flush();
    }
    return password;
  }

  private static String checked(String password, CommandLine commandLine) {
    if (password.isEmpty()) {
      throw wrong(commandLine, "the password is empty");
    }
    if (password.length() > MAX_CHARS) {
      throw wrong(commandLine, "the password is longer than " + MAX_CHARS + " characters");
    }
    if (password.indexOf('\0') >= 0) {
      throw wrong(commandLine, "the password has a NUL character");
    }
    return password;
  }

  /** Decodes the first line as UTF-8, and reads no further. */
  private String firstLine(CommandLine commandLine) {
    StringBuilder line = new StringBuilder();
    try {
      Reader reader = new InputStreamReader(input, StandardCharsets.UTF_8.newDecoder());
      int next = reader.read();
      while (next >= 0 && next != '\n' && line.length() <= MAX_CHARS + 1) {
        line.append((char) next);
        next = reader.read();
      }
    } catch (CharacterCodingException notUtf8) {
      throw wrong(commandLine, "the password on standard input is not UTF-8");
    } catch (IOException failure) {
      throw wrong(commandLine, "standard input cannot be read: " + failure.getMessage());
    }
    int end = line.length();
    return end > 0 && line.charAt(end - 1) == '\r' ? line.substring(0, end - 1) : line.toString();
  }

  private String typed(CommandLine commandLine) {
    char[] first = console.readPassword("Password: ");
    char[] second = first == null ? null : console.readPassword("The same again: ");
    if (second == null) {
      throw wrong(commandLine, "no password was typed");
    }
    if (!Arrays.equals(first, second)) {
      throw wrong(commandLine, "the two passwords differ");
    }
    return new String(first);
  }

  /** The console, if it is a terminal: newer Java has a console without one, too. */
  static Console terminal() {
    Console console = System.console();
    if (console == null) {
      return null;
    }
    try {
      Object isTerminal = Console.class.getMethod("isTerminal").invoke(console);
      return Boolean.TRUE.equals(isTerminal) ? console : null;
    } catch (NoSuchMethodException | IllegalAccessException | InvocationTargetException older) {
      return console;
    }
  }

  private static CommandLine.ParameterException wrong(CommandLine commandLine, String message) {
    return new CommandLine.ParameterException(commandLine, message);
  }
}
