package io.kvapp.server.json;

import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import com.google.gson.stream.MalformedJsonException;
import io.kvapp.server.http.message.HttpException;
import io.kvapp.server.http.message.Request;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The members of the JSON object in a body, read as strictly as RFC 8259 can be read.
 *
 * <p>Immutable, safe for any thread, as long as nobody changes the arrays it returns.
 */
public final class JsonMembers {
  private static final Pattern PLACE = Pattern.compile(" at line (\\d+) column (\\d+)");
  private static final Pattern CHARSET =
      Pattern.compile(";[ \\t]*charset=\"?([^\" \\t;]*)", Pattern.CASE_INSENSITIVE);
  private static final Set<String> UTF8_NAMES = Set.of("utf-8", "utf8", "us-ascii");
  private static final int UTF8_BOM_LEAD = 0xef;

  /** More members than any request may have: a body with more is wrong whatever they are. */
  private static final int MAX_KEPT = 8;

  private final String[] names;
  private final byte[][] values;

  /** Members with these names, each once; the value of one that is not a string is null. */
  private JsonMembers(String[] names, byte[][] values) {
    this.names = names;
    this.values = values;
  }

  /** One member whose value is a string. */
  static JsonMembers of(String name, byte[] value) {
    return new JsonMembers(new String[] {name}, new byte[][] {value});
  }

  /** Two members whose values are strings. */
  static JsonMembers of(String first, byte[] firstValue, String second, byte[] secondValue) {
    return new JsonMembers(new String[] {first, second}, new byte[][] {firstValue, secondValue});
  }

  /**
   * Reads the body of a request.
   *
   * @throws HttpException with status 415 if its charset is said to be other than UTF-8; else as
   *     {@link #read(ByteBuffer)}, or as {@link Request#body(int)} throws
   */
  public static JsonMembers read(Request request) {
    requireUtf8(request);
    return read(request.body());
  }

  /**
   * Does nothing if the body of a request may be JSON in UTF-8; its type is not looked at, since
   * clients such as curl send that of a form.
   *
   * @throws HttpException with status 415 if its charset is said to be another
   */
  public static void requireUtf8(Request request) {
    String type = request.header("content-type");
    if (type == null || type.indexOf(';') < 0) {
      return;
    }
    Matcher charset = CHARSET.matcher(type);
    if (charset.find() && !UTF8_NAMES.contains(charset.group(1).toLowerCase(Locale.ROOT))) {
      throw new HttpException(415, "the body must be JSON in UTF-8");
    }
  }

  /**
   * Reads a body.
   *
   * @throws HttpException with status 400 if the body is not UTF-8, not JSON, no object, or has
   *     duplicate members or a lone surrogate. Of a body with more members than any request may
   *     have only some are kept, and looked for among the rest.
   */
  public static JsonMembers read(ByteBuffer body) {
    if (!body.hasRemaining()) {
      throw badJson("the body is missing; send a JSON object");
    }
    byte[] bytes = body.array();
    int from = body.arrayOffset() + body.position();
    int length = body.remaining();
    if (!Utf8.isValid(bytes, from, from + length)) {
      throw badJson("the body is not UTF-8");
    }
    JsonMembers plain = PlainJson.read(bytes, from, from + length);
    return plain != null ? plain : readAny(bytes, from, length);
  }

  /** Reads any JSON, at the cost of a whole reader; the fast path gives the same members. */
  static JsonMembers readAny(byte[] bytes, int from, int length) {
    if ((bytes[from] & 0xff) == UTF8_BOM_LEAD) {
      throw badJson("the body is not JSON: it begins with a byte order mark");
    }
    try (Reader text =
            new InputStreamReader(
                new ByteArrayInputStream(bytes, from, length), StandardCharsets.UTF_8);
        JsonReader reader = new JsonReader(text)) {
      reader.setStrictness(Strictness.STRICT);
      return readObject(reader);
    } catch (MalformedJsonException | EOFException malformed) {
      throw badJson("the body is not JSON" + place(malformed.getMessage()));
    } catch (IOException impossible) {
      throw new IllegalStateException("reading an array failed", impossible);
    }
  }

  /** How many members are kept. */
  int count() {
    return names.length;
  }

  /** Whether there is this member and no other. */
  public boolean isOnly(String name) {
    return names.length == 1 && names[0].equals(name);
  }

  /** Whether there are these two members, in any order, and no other. */
  public boolean areOnly(String first, String second) {
    return names.length == 2 && indexOf(first) >= 0 && indexOf(second) >= 0;
  }

  /**
   * The UTF-8 of a member that is there.
   *
   * @throws HttpException with status 400 if its value is not a string
   */
  public byte[] utf8(String name) {
    byte[] value = values[indexOf(name)];
    if (value == null) {
      throw badJson("the member " + name + " is not a string");
    }
    return value;
  }

  private int indexOf(String name) {
    for (int index = 0; index < names.length; index++) {
      if (names[index].equals(name)) {
        return index;
      }
    }
    return -1;
  }

  private static JsonMembers readObject(JsonReader reader) throws IOException {
    if (reader.peek() != JsonToken.BEGIN_OBJECT) {
      skipValue(reader);
      requireEnd(reader);
      throw badJson("the body is not a JSON object");
    }
    Map<String, Optional<byte[]>> members = new LinkedHashMap<>();
    reader.beginObject();
    boolean duplicate = false;
    while (reader.hasNext()) {
      String name = reader.nextName();
      duplicate |= members.containsKey(name);
      if (members.size() == MAX_KEPT || reader.peek() != JsonToken.STRING) {
        skipValue(reader);
        if (members.size() < MAX_KEPT) {
          members.put(name, Optional.empty());
        }
      } else {
        members.put(name, Optional.of(reader.nextString().getBytes(StandardCharsets.UTF_8)));
      }
    }
    reader.endObject();
    requireEnd(reader);
    if (duplicate) {
      throw badJson("the body has a member twice");
    }
    return new JsonMembers(
        members.keySet().toArray(String[]::new),
        members.values().stream().map(value -> value.orElse(null)).toArray(byte[][]::new));
  }

  /** Skips a value, and reads each part of it: the reader's own skipping overlooks errors. */
  private static void skipValue(JsonReader reader) throws IOException {
    int depth = 0;
    do {
      switch (reader.peek()) {
        case BEGIN_ARRAY -> {
          reader.beginArray();
          depth++;
        }
        case BEGIN_OBJECT -> {
          reader.beginObject();
          depth++;
        }
        case END_ARRAY -> {
          reader.endArray();
          depth--;
        }
        case END_OBJECT -> {
          reader.endObject();
          depth--;
        }
        case NAME -> reader.nextName();
        case STRING, NUMBER -> reader.nextString();
        case BOOLEAN -> reader.nextBoolean();
        case NULL -> reader.nextNull();
        case END_DOCUMENT -> throw new EOFException("the body ends inside a value");
      }
    } while (depth > 0);
  }

  private static void requireEnd(JsonReader reader) throws IOException {
    if (reader.peek() != JsonToken.END_DOCUMENT) {
      throw new MalformedJsonException("text behind the value");
    }
  }

  private static HttpException badJson(String message) {
    return new HttpException(400, "bad-json", message);
  }

  private static String place(String message) {
    Matcher place = PLACE.matcher(String.valueOf(message));
    return place.find() ? ": line " + place.group(1) + ", column " + place.group(2) : "";
  }
}
