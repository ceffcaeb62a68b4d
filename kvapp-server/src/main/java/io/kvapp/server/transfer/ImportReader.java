package io.kvapp.server.transfer;

import io.kvapp.Expiry;
import io.kvapp.StoreLimits;
import io.kvapp.server.http.message.HttpException;
import io.kvapp.server.http.message.Memory;
import io.kvapp.server.json.AsciiRuns;
import io.kvapp.server.json.JsonInput;
import io.kvapp.server.json.TimeText;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;

/**
 * Reads what an export has written, line by line, with one line in memory at a time.
 *
 * <p>Not thread-safe.
 */
final class ImportReader {
  /** What a line holds. */
  sealed interface Line {}

  /**
   * An entry to write.
   *
   * @param expiresAt when it expires, where the line names a moment; else null
   */
  record PutLine(byte[] key, byte[] value, Expiry expiry, Instant expiresAt) implements Line {}

  /**
   * The last line of a complete export.
   *
   * @param entries how many entries are before it
   */
  record EndLine(long entries) implements Line {}

  private static final int FIRST_BYTES = 64 << 10;

  /** The most bytes of JSON that one byte of a key or value takes, as an escape. */
  private static final int ESCAPED_BYTES = 6;

  /** Room for names, numbers and white space of a line. */
  private static final int OTHER_BYTES = 1 << 10;

  /** A line, what it is decoded to, and a copy of that are in memory. */
  private static final int COPIES = 3;

  private final InputStream input;
  private final StoreLimits limits;
  private final Memory memory;
  private final long maxLineBytes;
  private byte[] buffer = new byte[FIRST_BYTES];
  private int from;
  private int end;
  private long line;

  /**
   * A reader of this input.
   *
   * @param memory where a longer line than usual is reserved
   */
  ImportReader(InputStream input, StoreLimits limits, Memory memory) {
    this.input = input;
    this.limits = limits;
    this.memory = memory;
    long content = (long) limits.maxKeyBytes() + limits.maxValueBytes();
    this.maxLineBytes = Math.min(Integer.MAX_VALUE - 64, ESCAPED_BYTES * content + OTHER_BYTES);
  }

  /** The number of the line that was read last; the first is 1. */
  long line() {
    return line;
  }

  /**
   * Reads the next line that is not blank.
   *
   * @return null at the end of the input
   * @throws HttpException {@code bad-line} if it is neither an entry nor an end
   * @throws IOException if the input fails
   */
  Line next() throws IOException {
    while (true) {
      int to = endOfLine();
      if (to < 0) {
        return null;
      }
      line++;
      int lineFrom = from;
      from = Math.min(end, to + 1);
      if (!isBlank(lineFrom, to)) {
        return parse(lineFrom, to);
      }
    }
  }

  /** The refusal of the line that was read last. */
  HttpException bad(String what) {
    return new HttpException(422, "bad-line", "line " + line + ": " + what).with("line", line);
  }

  /** Where the line at hand ends, without its line feed; -1 if there is none. */
  private int endOfLine() throws IOException {
    int at = from;
    while (true) {
      at = AsciiRuns.lineEnd(buffer, at, end);
      if (at < end) {
        return at;
      }
      int searched = at - from;
      if (!fill()) {
        return from < end ? end : -1;
      }
      at = from + searched;
    }
  }

  /** Reads more of the line at hand; returns whether there was any. */
  private boolean fill() throws IOException {
    if (from > 0) {
      System.arraycopy(buffer, from, buffer, 0, end - from);
      end -= from;
      from = 0;
    }
    if (end == buffer.length) {
      if (end > maxLineBytes) {
        line++;
        throw bad("it is longer than the largest entry can be");
      }
      int larger = (int) Math.min(maxLineBytes + 1, 2L * end);
      memory.reserve((long) COPIES * (larger - end));
      buffer = Arrays.copyOf(buffer, larger);
    }
    int read = input.read(buffer, end, buffer.length - end);
    end += Math.max(0, read);
    return read >= 0;
  }

  private boolean isBlank(int lineFrom, int to) {
    for (int at = lineFrom; at < to; at++) {
      if (buffer[at] != ' ' && buffer[at] != '\t' && buffer[at] != '\r') {
        return false;
      }
    }
    return true;
  }

  private Line parse(int lineFrom, int to) {
    try {
      return parse(new JsonInput(buffer, lineFrom, to));
    } catch (JsonInput.MalformedException malformed) {
      throw bad(malformed.getMessage());
    }
  }

  private Line parse(JsonInput json) {
    byte[] key = null;
    byte[] value = null;
    String ttl = null;
    String expiresAt = null;
    Boolean isEnd = null;
    Long entries = null;
    json.beginObject();
    for (String name = json.nextName(); name != null; name = json.nextName()) {
      switch (name) {
        case "key", "key_base64" -> key = once(key, name, json);
        case "value", "value_base64" -> value = once(value, name, json);
        case "ttl" -> ttl = json.isString() ? text(json) : Long.toString(json.integer());
        case "expires_at" -> expiresAt = text(json);
        case "size", "revision" -> json.integer();
        case "end" -> isEnd = json.bool();
        case "entries" -> entries = json.integer();
        case "filtered" -> json.bool();
        default -> throw json.unknownMember(name);
      }
    }
    json.requireEnd();
    if (isEnd != null || entries != null) {
      boolean isAlone = key == null && value == null && ttl == null && expiresAt == null;
      if (!Boolean.TRUE.equals(isEnd) || entries == null || !isAlone) {
        throw bad("an end is {\"end\":true,\"entries\":N,\"revision\":N}");
      }
      return new EndLine(entries);
    }
    return put(key, value, ttl, expiresAt);
  }

  private PutLine put(byte[] key, byte[] value, String ttl, String expiresAt) {
    if (key == null || value == null) {
      throw bad("an entry has \"key\" or \"key_base64\", and \"value\" or \"value_base64\"");
    }
    if (key.length == 0 || key.length > limits.maxKeyBytes()) {
      throw bad(
          "a key has 1 to " + limits.maxKeyBytes() + " bytes, and this one has " + key.length);
    }
    if (value.length > limits.maxValueBytes()) {
      throw bad(
          "the value has "
              + value.length
              + " bytes, and the limit is "
              + limits.maxValueBytes()
              + limits.bytesRemedyClause());
    }
    if (ttl != null && expiresAt != null) {
      throw bad("\"ttl\" or \"expires_at\" is enough");
    }
    if (expiresAt != null) {
      Instant moment = TimeText.moment(expiresAt).orElseThrow(() -> bad(TimeText.MOMENT));
      return new PutLine(key, value, Expiry.at(moment), moment);
    }
    if (ttl == null || ttl.equals("none")) {
      return new PutLine(key, value, Expiry.never(), null);
    }
    Optional<Duration> duration = TimeText.duration(ttl);
    return new PutLine(
        key,
        value,
        Expiry.in(duration.orElseThrow(() -> bad("\"ttl\" is a duration above zero, such as 30s"))),
        null);
  }

  private byte[] once(byte[] before, String name, JsonInput json) {
    if (before != null) {
      throw json.malformed('"' + name.replace("_base64", "") + "\" is there in both forms");
    }
    return name.endsWith("_base64") ? json.base64() : json.string();
  }

  private static String text(JsonInput json) {
    return new String(json.string(), StandardCharsets.UTF_8);
  }
}
