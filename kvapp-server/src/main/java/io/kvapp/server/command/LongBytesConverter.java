package io.kvapp.server.command;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * Sizes of any kind as people write them: {@code 65536}, {@code 64KiB}, {@code 4GiB}.
 *
 * <p>Safe for any thread.
 */
final class LongBytesConverter implements ITypeConverter<Long> {
  private static final Pattern FORM = Pattern.compile("(\\d{1,18})(KiB|MiB|GiB)?");

  @Override
  public Long convert(String text) {
    Matcher form = FORM.matcher(text);
    if (!form.matches()) {
      throw new TypeConversionException("'" + text + "' is not a size such as 65536 or 16MiB");
    }
    String unit = form.group(2) == null ? "" : form.group(2);
    int shift =
        switch (unit) {
          case "KiB" -> 10;
          case "MiB" -> 20;
          case "GiB" -> 30;
          default -> 0;
        };
    long count = Long.parseLong(form.group(1));
    if (count > Long.MAX_VALUE >> shift) {
      throw new TypeConversionException("'" + text + "' is more than any size");
    }
    return count << shift;
  }
}
