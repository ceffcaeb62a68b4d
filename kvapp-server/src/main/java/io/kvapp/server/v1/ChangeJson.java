package io.kvapp.server.v1;

import io.kvapp.Change;
import io.kvapp.Entry;
import io.kvapp.server.json.JsonOutput;
import java.io.IOException;

/**
 * The one form that changes have in JSON: an object whose {@code type} says what has happened, and
 * that else is an entry, or a part of one.
 *
 * <p>All methods may be called from any thread.
 */
public final class ChangeJson {
  /** Larger values are left out. */
  static final int MAX_VALUE_BYTES = 1 << 20;

  private static final byte[] PUT = JsonOutput.ascii("{\"type\":\"put\",");
  private static final byte[] DELETE = JsonOutput.ascii("{\"type\":\"delete\",");
  private static final byte[] EXPIRE = JsonOutput.ascii("{\"type\":\"expire\",");
  private static final byte[] RESET = JsonOutput.ascii("{\"type\":\"reset\"");
  private static final byte[] SYNCED = JsonOutput.ascii("{\"type\":\"synced\"");
  private static final byte[] GONE = JsonOutput.ascii("{\"type\":\"gone\",\"oldest\":");
  private static final byte[] END = JsonOutput.ascii("}");

  private ChangeJson() {}

  /** Writes a change. */
  public static void write(JsonOutput json, Change change, boolean keysOnly) throws IOException {
    switch (change.kind()) {
      case PUT ->
          EntryJson.writeMembers(json.raw(PUT), entry(change), keysOnly ? -1 : MAX_VALUE_BYTES);
      case DELETE -> writeRemoval(json.raw(DELETE), change);
      case EXPIRE -> {
        writeRemoval(json.raw(EXPIRE), change);
        EntryJson.writeExpiry(json, change.expiresAtMillis());
      }
      case RESET -> EntryJson.writeRevision(json.raw(RESET), change.revision());
      case SYNCED -> EntryJson.writeRevision(json.raw(SYNCED), change.revision());
    }
    json.raw(END);
  }

  /** Writes that changes were missed, which can be had from {@code oldest} on only. */
  static void writeGone(JsonOutput json, long oldest, long revision) throws IOException {
    json.raw(GONE).number(oldest);
    EntryJson.writeRevision(json, revision);
    json.raw(END);
  }

  private static void writeRemoval(JsonOutput json, Change change) throws IOException {
    EntryJson.writeKey(json, change.key());
    EntryJson.writeRevision(json, change.revision());
  }

  private static Entry entry(Change change) {
    return change.value().length == change.valueBytes()
        ? new Entry(change.key(), change.value(), change.revision(), change.expiresAtMillis())
        : Entry.withoutValue(
            change.key(), change.valueBytes(), change.revision(), change.expiresAtMillis());
  }
}
