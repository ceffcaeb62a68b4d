package io.kvapp.engine.journal;

import java.nio.file.Path;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The names of the files of segments: {@code journal-<sequence>.log}.
 *
 * <p>Safe for any thread.
 */
public final class SegmentFileName {
  /** Also of what is not complete yet. */
  public static final Pattern PATTERN = Pattern.compile("journal-(\\d{10,18})\\.log(\\.tmp)?");

  /** Of what is complete. */
  public static final Pattern COMPLETE = Pattern.compile("journal-(\\d{10,18})\\.log");

  private SegmentFileName() {}

  public static Path file(Path folder, long sequence) {
    return folder.resolve("journal-%010d.log".formatted(sequence));
  }

  /** The name that a file has until it is complete. */
  static Path temporary(Path file) {
    return file.resolveSibling(file.getFileName() + ".tmp");
  }

  /** The sequence in the name of a segment's file, complete or not; empty for any other file. */
  public static OptionalLong sequence(Path file) {
    Matcher name = PATTERN.matcher(file.getFileName().toString());
    return name.matches() ? OptionalLong.of(Long.parseLong(name.group(1))) : OptionalLong.empty();
  }
}
