package io.kvapp.server.command;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * Sizes below 2 GiB as people write them: {@code 65536}, {@code 64KiB}, {@code 16MiB}.
 *
 * <p>Safe for any thread.
 */
final class BytesConverter implements ITypeConverter<Integer> {
  private final LongBytesConverter sizes = new LongBytesConverter();

  @Override
  public Integer convert(String text) {
    long bytes = sizes.convert(text);
    if (bytes > Integer.MAX_VALUE) {
      throw new TypeConversionException("'" + text + "' is more than 2 GiB");
    }
    return (int) bytes;
  }
}
