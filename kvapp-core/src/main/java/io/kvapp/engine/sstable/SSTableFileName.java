package io.kvapp.engine.sstable;

import io.kvapp.engine.file.Disk;
import java.io.IOException;
import java.nio.file.Path;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The names of the files of SSTables, {@code snapshot-<number>-<part>.kvs}, and the ids in the
 * files that stand for their names.
 *
 * <p>Safe for any thread.
 */
public final class SSTableFileName {
  /** Names of these files, and of no others. */
  public static final Pattern PATTERN = Pattern.compile("snapshot-(\\d{10,14})-(\\d{1,5})\\.kvs");

  private SSTableFileName() {}

  static Path file(Path folder, long number, int part) {
    return folder.resolve("snapshot-%010d-%d.kvs".formatted(number, part));
  }

  /** The id that is written into the file of this name, so that no other file passes for it. */
  static long id(long number, int part) {
    return number << 16 | part;
  }

  /** The id that the name of a file stands for; empty where it is not one of an SSTable. */
  public static OptionalLong id(Path file) {
    Matcher name = PATTERN.matcher(file.getFileName().toString());
    return name.matches()
        ? OptionalLong.of(id(Long.parseLong(name.group(1)), Integer.parseInt(name.group(2))))
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
}
