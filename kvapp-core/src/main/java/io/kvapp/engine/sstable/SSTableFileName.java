package io.kvapp.engine.sstable;

import io.kvapp.engine.file.Disk;
import java.io.IOException;
import java.nio.file.Path;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The names of the files of SSTables, {@code <prefix>-<number>-<part>.kvs}, and the ids in the
 * files that stand for their names.
 *
 * <p>Safe for any thread.
 */
public final class SSTableFileName {
  /** The first word in the names of files of entries. */
  static final String ENTRIES = "snapshot";

  /** The first word in the names of files of expiry keys. */
  static final String EXPIRIES = "expiry";

  private static final int EXPIRY_BIT = 1 << 15;

  /** Names of these files, and of no others. */
  public static final Pattern PATTERN =
      Pattern.compile("(snapshot|expiry)-(\\d{10,14})-(\\d{1,5})\\.kvs");

  private SSTableFileName() {}

  static Path file(Path folder, String prefix, long number, int part) {
    return folder.resolve("%s-%010d-%d.kvs".formatted(prefix, number, part));
  }

  /** The id that is written into the file of this name, so that no other file passes for it. */
  static long id(String prefix, long number, int part) {
    return number << 16 | (prefix.equals(EXPIRIES) ? EXPIRY_BIT : 0) | part;
  }

  /** The id that the name of a file stands for; empty where it is not one of an SSTable. */
  public static OptionalLong id(Path file) {
    Matcher name = PATTERN.matcher(file.getFileName().toString());
    return name.matches()
        ? OptionalLong.of(
            id(name.group(1), Long.parseLong(name.group(2)), Integer.parseInt(name.group(3))))
        : OptionalLong.empty();
  }

  /** The highest number in a name in a folder, be it a file or not; 0 where there is none. */
  public static long lastNumber(Path folder) throws IOException {
    return Disk.list(folder, PATTERN).stream()
        .mapToLong(file -> number(id(file).getAsLong()))
        .max()
        .orElse(0);
  }

  /** The number of the SSTable to which the file of an id belongs. */
  public static long number(long id) {
    return id >>> 16;
  }

  static boolean isOfExpiries(long id) {
    return (id & EXPIRY_BIT) != 0;
  }

  static boolean isOfExpiries(Path file) {
    return file.getFileName().toString().startsWith(EXPIRIES);
  }

  /** Whether a file has the name of one of entries, or nearly. */
  public static boolean isOfEntries(Path file) {
    return file.getFileName().toString().startsWith(ENTRIES);
  }
}
