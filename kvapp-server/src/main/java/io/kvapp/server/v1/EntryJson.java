package io.kvapp.server.v1;

import io.kvapp.Entry;
import io.kvapp.server.json.JsonOutput;
import java.io.IOException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;

/**
 * The one form that entries have in JSON, wherever they are: {@code
 * {"key":..,"value":..,"size":..,"revision":..,"expires_at":..}}. Key and value are strings where
 * they are UTF-8; else the members are {@code key_base64} and {@code value_base64}.
 *
 * <p>All methods may be called from any thread.
 */
public final class EntryJson {
  private static final byte[] BEGIN = JsonOutput.ascii("{");
  private static final byte[] KEY = JsonOutput.ascii("\"key\":\"");
  private static final byte[] KEY_BASE64 = JsonOutput.ascii("\"key_base64\":\"");
  private static final byte[] VALUE = JsonOutput.ascii(",\"value\":\"");
  private static final byte[] VALUE_BASE64 = JsonOutput.ascii(",\"value_base64\":\"");
  private static final byte[] SIZE = JsonOutput.ascii(",\"size\":");
  private static final byte[] REVISION = JsonOutput.ascii(",\"revision\":");
  private static final byte[] EXPIRES_AT = JsonOutput.ascii(",\"expires_at\":\"");
  private static final byte[] QUOTE = JsonOutput.ascii("\"");
  private static final byte[] END = JsonOutput.ascii("}");
  private static final byte[] NULL = JsonOutput.ascii("null");

  /** RFC 3339 in UTC with milliseconds. */
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);

  /** The first moment that a year of four digits can express; shown for any earlier one. */
  private static final Instant FIRST = Instant.parse("0000-01-01T00:00:00Z");

  /** The last moment that a year of four digits can express; shown for any later one. */
  private static final Instant LAST = Instant.parse("9999-12-31T23:59:59.999Z");

  private EntryJson() {}

  /** Writes an entry with its value. */
  public static void write(JsonOutput json, Entry entry) throws IOException {
    write(json, entry, Integer.MAX_VALUE);
  }

  /**
   * Writes an entry.
   *
   * @param maxValueBytes a larger value is left out, as is one that the entry itself lacks; -1
   *     leaves out every value
   */
  public static void write(JsonOutput json, Entry entry, int maxValueBytes) throws IOException {
    writeMembers(json.raw(BEGIN), entry, maxValueBytes);
    json.raw(END);
  }

  /** Writes what stands between the braces of {@link #write(JsonOutput, Entry, int)}. */
  static void writeMembers(JsonOutput json, Entry entry, int maxValueBytes) throws IOException {
    writeKey(json, entry.key());
    boolean hasValue = entry.value().length == entry.valueBytes();
    if (hasValue && entry.valueBytes() <= maxValueBytes) {
      json.bytes(VALUE, VALUE_BASE64, entry.value());
    }
    json.raw(SIZE).number(entry.valueBytes());
    writeRevision(json, entry.revision());
    writeExpiry(json, entry.expiresAtMillis());
  }

  /** Writes a comma and the member that is the expiry, as an entry has it; nothing for never. */
  static void writeExpiry(JsonOutput json, long expiresAtMillis) throws IOException {
    if (expiresAtMillis != 0) {
      json.raw(EXPIRES_AT).raw(JsonOutput.ascii(time(expiresAtMillis))).raw(QUOTE);
    }
  }

  /** The expiry of an entry, which is not 0, as RFC 3339 in UTC with milliseconds. */
  static String time(long expiresAtMillis) {
    long millis = expiresAtMillis == Entry.AT_EPOCH ? 0 : expiresAtMillis;
    return time(Instant.ofEpochMilli(millis));
  }

  /** Writes the member that is the key. */
  public static void writeKey(JsonOutput json, byte[] key) throws IOException {
    json.bytes(KEY, KEY_BASE64, key);
  }

  /** Writes a comma and the member that is the revision. */
  static void writeRevision(JsonOutput json, long revision) throws IOException {
    json.raw(REVISION).number(revision);
  }

  /** Writes an entry as {@link #write(JsonOutput, Entry, int)}, or null for null. */
  public static void writeOrNull(JsonOutput json, Entry entry, int maxValueBytes)
      throws IOException {
    if (entry == null) {
      json.raw(NULL);
    } else {
      write(json, entry, maxValueBytes);
    }
  }

  /** A moment as RFC 3339 in UTC with milliseconds. */
  public static String time(Instant moment) {
    Instant late = moment.isBefore(FIRST) ? FIRST : moment;
    return TIME.format(late.isAfter(LAST) ? LAST : late);
  }
}
