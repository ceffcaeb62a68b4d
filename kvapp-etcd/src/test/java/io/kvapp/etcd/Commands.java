package io.kvapp.etcd;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/**
 * Commands of the system, which end soon.
 *
 * <p>All methods may be called from any thread.
 */
final class Commands {
  private Commands() {}

  /** Runs a command that has to succeed. */
  static void run(String... command) {
    String output = output(command);
    if (output != null) {
      throw new AssertionError(String.join(" ", command) + ": " + output.strip());
    }
  }

  static boolean succeeds(String... command) {
    return output(command) == null;
  }

  /** What a command says that fails; null if it does not. */
  private static String output(String... command) {
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      process.getOutputStream().close();
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      return process.onExit().join().exitValue() == 0 ? null : output;
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }
}
