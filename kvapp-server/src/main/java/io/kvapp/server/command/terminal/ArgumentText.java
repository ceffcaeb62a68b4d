package io.kvapp.server.command.terminal;

import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/**
 * Arguments as the bytes that were typed. The JVM puts other characters in the place of what the
 * encoding of the locale cannot express; such arguments are refused.
 *
 * <p>All methods may be called from any thread.
 */
public final class ArgumentText {
  private static final String ENCODING = System.getProperty("sun.jnu.encoding", "UTF-8");
  private static final char REPLACEMENT = '\ufffd';

  private ArgumentText() {}

  /**
   * The UTF-8 of an argument.
   *
   * @param remedy how to give bytes that are not text
   * @throws ParameterException if it is not what was typed
   */
  public static byte[] utf8(String text, String remedy, CommandSpec command) {
    boolean isSpoilt = !isUtf8() && text.indexOf('?') >= 0 && !isTypedInAscii();
    if (isSpoilt || text.indexOf(REPLACEMENT) >= 0) {
      throw new ParameterException(
          command.commandLine(),
          "an argument has bytes that are not text in the locale's encoding, "
              + ENCODING
              + "; "
              + (isUtf8() ? remedy : "set LC_ALL=C.UTF-8, or " + remedy));
    }
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static boolean isUtf8() {
    return Charset.isSupported(ENCODING)
        && Charset.forName(ENCODING).equals(StandardCharsets.UTF_8);
  }

  /** Whether the whole command line is ASCII, so that a question mark is one. */
  private static boolean isTypedInAscii() {
    try {
      for (byte octet : Files.readAllBytes(Path.of("/proc/self/cmdline"))) {
        if (octet < 0) {
          return false;
        }
      }
      return true;
    } catch (IOException elsewhere) {
      return false;
    }
  }
}
