package io.kvapp.server.command.data;

import picocli.CommandLine.Parameters;

/**
 * The prefix of the keys that a command is about.
 *
 * <p>Not thread-safe.
 */
final class PrefixForm extends KeyForm {
  @Parameters(
      arity = "0..1",
      paramLabel = "PREFIX",
      description = "What the keys start with. Default: every key.")
  private String prefix;

  /** Its bytes; none for every key. */
  byte[] prefix() {
    return bytes(prefix);
  }
}
