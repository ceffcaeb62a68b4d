package io.kvapp.server.command;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Sizes as people write them: {@code 65536}, {@code 64KiB}, {@code 16MiB}. */
final class BytesConverter implements ITypeConverter<Integer> {
  private static final Pattern FORM = Pattern.compile("(\\d{1,10})(KiB|MiB|GiB)?");

  @Override
  public Integer convert(String text) {
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
    long bytes = Long.parseLong(form.group(1)) << shift;
    if (bytes > Integer.MAX_VALUE) {
      throw new TypeConversionException("'" + text + "' is more than 2 GiB");
    }
    return (int) bytes;
  }
}
