package io.kvapp.server.command.data;

import io.kvapp.server.command.terminal.ArgumentText;
import java.util.Base64;
import java.util.HexFormat;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * How keys and prefixes are given: as text, or as bytes in hexadecimal digits or base64.
 *
 * <p>Not thread-safe.
 */
sealed class KeyForm permits PrefixForm {
  private static final byte[] NONE = {};

  @Option(names = "--hex", description = "The key or prefix is given in hexadecimal digits.")
  private boolean hex;

  @Option(names = "--base64", description = "The key or prefix is given in base64.")
  private boolean base64;

  @Spec(Spec.Target.MIXEE)
  private CommandSpec command;

  /** The bytes of a key or prefix; no bytes for null. */
  byte[] bytes(String text) {
    if (hex && base64) {
      throw wrong("--hex or --base64, not both");
    }
    if (text == null) {
      return NONE;
    }
    try {
      if (hex) {
        return HexFormat.of().parseHex(text);
      }
      if (base64) {
        return Base64.getDecoder().decode(text);
      }
    } catch (IllegalArgumentException malformed) {
      throw wrong("'" + text + "' is not " + (hex ? "pairs of hexadecimal digits" : "base64"));
    }
    return ArgumentText.utf8(text, "give the key with --hex or --base64", command);
  }

  /** The bytes of a key, which has at least one. */
  byte[] key(String text) {
    byte[] key = bytes(text);
    if (key.length == 0) {
      throw wrong("the key is empty; a key has at least 1 byte");
    }
    return key;
  }

  private ParameterException wrong(String message) {
    return new ParameterException(command.commandLine(), message);
  }
}
