package io.kvapp.server.command;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * Reads paths, but neither an empty one, which would be the current folder, nor one that the
 * locale's encoding has spoilt: the JVM puts question marks in the place of what it cannot express.
 *
 * <p>Safe for any thread.
 */
final class PathConverter implements ITypeConverter<Path> {
  private static final String ENCODING = System.getProperty("sun.jnu.encoding", "UTF-8");

  @Override
  public Path convert(String text) {
    if (text.isEmpty()) {
      throw new TypeConversionException("the path is empty; name one, . for the current folder");
    }
    if (!isUtf8() && (text.indexOf('?') >= 0 || text.indexOf('\ufffd') >= 0)) {
      throw inexpressible(text);
    }
    try {
      return Path.of(text);
    } catch (InvalidPathException notAPath) {
      if (notAPath.getInput().chars().allMatch(each -> each < 0x80)) {
        throw new TypeConversionException("'" + text + "' is not a path: " + notAPath.getReason());
      }
      throw inexpressible(text);
    }
  }

  private static boolean isUtf8() {
    return Charset.isSupported(ENCODING)
        && Charset.forName(ENCODING).equals(StandardCharsets.UTF_8);
  }

  private static TypeConversionException inexpressible(String text) {
    return new TypeConversionException(
        "'"
            + text
            + "' is a name that the locale's encoding, "
            + ENCODING
            + ", cannot express; set LC_ALL=C.UTF-8, or choose another name");
  }
}
