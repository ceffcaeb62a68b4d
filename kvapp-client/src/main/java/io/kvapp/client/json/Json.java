package io.kvapp.client.json;

import com.google.gson.JsonPrimitive;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import io.kvapp.Change;
import io.kvapp.Entry;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/**
 * The JSON of responses, and strings of requests.
 *
 * <p>All methods may be called from any thread.
 */
public final class Json {
  private static final byte[] NOTHING = {};

  /** The members of an entry or a change; what is not there is null, 0 or -1. */
  public static final class Members {
    public String type;
    public byte[] key = NOTHING;
    public byte[] value;
    public int size = -1;
    public long revision;
    public long expiresAtMillis;
    public String ttl;

    /** The entry, without its value where that is left out. */
    public Entry entry() {
      return value == null
          ? Entry.withoutValue(key, Math.max(0, size), revision, expiresAtMillis)
          : new Entry(key, value, revision, expiresAtMillis);
    }

    /** The change. */
    public Change change() {
      byte[] shown = value == null ? NOTHING : value;
      int bytes = value == null ? Math.max(0, size) : value.length;
      Change.Kind kind =
          switch (type) {
            case "put" -> Change.Kind.PUT;
            case "delete" -> Change.Kind.DELETE;
            case "expire" -> Change.Kind.EXPIRE;
            default -> throw new IllegalStateException("a change of type " + type);
          };
      return new Change(kind, key, shown, revision, expiresAtMillis, bytes);
    }
  }

  /** A page of a list. */
  public record ListPage(List<Entry> entries, boolean more, long revision) {}

  /** A page of changes. */
  public record ChangesPage(List<Change> changes, long revision, boolean more) {}

  private Json() {}

  /** Bytes as a string of base64. */
  public static StringBuilder base64(StringBuilder text, byte[] bytes) {
    String encoded = new String(Base64.getEncoder().encode(bytes), StandardCharsets.ISO_8859_1);
    return text.append('"').append(encoded).append('"');
  }

  /**
   * The line of an entry in an export: key and value are strings where they are UTF-8, else the
   * members are {@code key_base64} and {@code value_base64}.
   */
  public static String line(Entry entry) {
    StringBuilder line = bytes(new StringBuilder("{"), "key", entry.key());
    bytes(line.append(','), "value", entry.value());
    line.append(",\"size\":").append(entry.valueBytes());
    line.append(",\"revision\":").append(entry.revision());
    if (entry.expiresAt().isPresent()) {
      String moment = Times.moment(entry.expiresAt().get());
      boolean isNever = moment.equals(Times.NEVER);
      line.append(isNever ? ",\"ttl\":\"" : ",\"expires_at\":\"").append(moment).append('"');
    }
    return line.append("}\n").toString();
  }

  private static StringBuilder bytes(StringBuilder text, String member, byte[] bytes) {
    try {
      String string = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
      return text.append('"').append(member).append("\":").append(new JsonPrimitive(string));
    } catch (CharacterCodingException notUtf8) {
      return base64(text.append('"').append(member).append("_base64\":"), bytes);
    }
  }

  public static String token(JsonReader json) throws IOException {
    String token = null;
    json.beginObject();
    while (json.hasNext()) {
      if (json.nextName().equals("token")) {
        token = json.nextString();
      } else {
        json.skipValue();
      }
    }
    json.endObject();
    if (token == null) {
      throw new IllegalStateException("no token");
    }
    return token;
  }

  /** The number of a member of an object. */
  public static long number(JsonReader json, String member) throws IOException {
    Long number = null;
    json.beginObject();
    while (json.hasNext()) {
      if (json.nextName().equals(member)) {
        number = json.nextLong();
      } else {
        json.skipValue();
      }
    }
    json.endObject();
    if (number == null) {
      throw new IllegalStateException("no " + member);
    }
    return number;
  }

  public static ListPage listPage(JsonReader json) throws IOException {
    List<Entry> entries = new ArrayList<>();
    boolean more = false;
    long revision = 0;
    json.beginObject();
    while (json.hasNext()) {
      switch (json.nextName()) {
        case "entries" -> {
          json.beginArray();
          while (json.hasNext()) {
            entries.add(members(json).entry());
          }
          json.endArray();
        }
        case "next" -> {
          more = json.peek() != JsonToken.NULL;
          json.skipValue();
        }
        case "revision" -> revision = json.nextLong();
        default -> json.skipValue();
      }
    }
    json.endObject();
    return new ListPage(entries, more, revision);
  }

  public static ChangesPage changesPage(JsonReader json) throws IOException {
    List<Change> changes = new ArrayList<>();
    boolean more = false;
    long revision = 0;
    json.beginObject();
    while (json.hasNext()) {
      switch (json.nextName()) {
        case "changes" -> {
          json.beginArray();
          while (json.hasNext()) {
            changes.add(members(json).change());
          }
          json.endArray();
        }
        case "more" -> more = json.nextBoolean();
        case "revision" -> revision = json.nextLong();
        default -> json.skipValue();
      }
    }
    json.endObject();
    return new ChangesPage(changes, revision, more);
  }

  /** An entry, or null where there is none. */
  public static Entry entryOrNull(JsonReader json) throws IOException {
    if (json.peek() == JsonToken.NULL) {
      json.nextNull();
      return null;
    }
    return members(json).entry();
  }

  /** The members of the object at hand. */
  public static Members members(JsonReader json) throws IOException {
    Members members = new Members();
    json.beginObject();
    while (json.hasNext()) {
      switch (json.nextName()) {
        case "type" -> members.type = json.nextString();
        case "key" -> members.key = json.nextString().getBytes(StandardCharsets.UTF_8);
        case "key_base64" -> members.key = Base64.getDecoder().decode(json.nextString());
        case "value" -> members.value = json.nextString().getBytes(StandardCharsets.UTF_8);
        case "value_base64" -> members.value = Base64.getDecoder().decode(json.nextString());
        case "size" -> members.size = json.nextInt();
        case "revision" -> members.revision = json.nextLong();
        case "ttl" -> members.ttl = json.nextString();
        case "expires_at" -> members.expiresAtMillis = Times.millis(json.nextString());
        default -> json.skipValue();
      }
    }
    json.endObject();
    return members;
  }
}
