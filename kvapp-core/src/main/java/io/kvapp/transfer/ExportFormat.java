package io.kvapp.transfer;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The frame of an export: the name of its file, and the last line that says that it is whole. Each
 * line before it is an entry in JSON.
 *
 * <p>All methods may be called from any thread.
 */
public final class ExportFormat {
  /** The name of the file in a folder that is a backup. */
  public static final String FILE_NAME = "export.ndjson";

  private ExportFormat() {}

  /** The file of the export in a folder; where {@code place} is a file, that file itself. */
  public static Path file(Path place) {
    return Files.isRegularFile(place) ? place : place.resolve(FILE_NAME);
  }

  /**
   * What the last line of an export tells.
   *
   * <p>Immutable, safe for any thread.
   *
   * @param entries how many entries are before it, one a line
   * @param revision of the newest write that the export shows
   * @param filtered whether entries are left out that the caller may not read
   */
  public record End(long entries, long revision, boolean filtered) {
    /** The most bytes that the line takes, without its line feed. */
    public static final int MAX_BYTES = 128;

    private static final String BEGIN = "{\"end\":true,\"entries\":";
    private static final String REVISION = ",\"revision\":";
    private static final String FILTERED = ",\"filtered\":true";
    private static final Pattern LINE =
        Pattern.compile(
            Pattern.quote(BEGIN)
                + "(\\d{1,18})"
                + Pattern.quote(REVISION)
                + "(\\d{1,18})("
                + Pattern.quote(FILTERED)
                + ")?\\}");

    /** The end of an export that leaves out nothing. */
    public End(long entries, long revision) {
      this(entries, revision, false);
    }

    /** The line, without its line feed. */
    public String line() {
      return BEGIN + entries + REVISION + revision + (filtered ? FILTERED : "") + "}";
    }

    /** What a line tells, without its line feed; empty if it does not end an export. */
    public static Optional<End> of(String line) {
      Matcher parts = LINE.matcher(line);
      return parts.matches()
          ? Optional.of(
              new End(
                  Long.parseLong(parts.group(1)),
                  Long.parseLong(parts.group(2)),
                  parts.group(3) != null))
          : Optional.empty();
    }

    /**
     * What the last line of a file tells; empty if it does not end an export, or has no line feed.
     *
     * @throws IOException if the file cannot be read
     */
    public static Optional<End> of(Path file) throws IOException {
      try (RandomAccessFile read = new RandomAccessFile(file.toFile(), "r")) {
        byte[] tail = new byte[(int) Math.min(MAX_BYTES + 2, read.length())];
        read.seek(read.length() - tail.length);
        read.readFully(tail);
        String text = new String(tail, StandardCharsets.ISO_8859_1);
        if (!text.endsWith("\n")) {
          return Optional.empty();
        }
        String lines = text.substring(0, text.length() - 1);
        return of(lines.substring(lines.lastIndexOf('\n') + 1));
      }
    }
  }
}
