package io.kvapp.server.command.data;

import io.kvapp.Expiry;
import io.kvapp.server.json.TimeText;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * Reads how long an entry lives: a duration such as {@code 90s} or {@code 30m}, a bare number of
 * seconds, {@code none} or {@code keep}.
 *
 * <p>Safe for any thread.
 */
final class TtlOption implements ITypeConverter<Expiry> {
  @Override
  public Expiry convert(String text) {
    return switch (text) {
      case "none" -> Expiry.never();
      case "keep" -> Expiry.keep();
      default ->
          TimeText.duration(text)
              .map(Expiry::in)
              .orElseThrow(
                  () ->
                      new TypeConversionException(
                          "'" + text + "' is not a duration above zero such as 90s, 30m or 8h"));
    };
  }
}
