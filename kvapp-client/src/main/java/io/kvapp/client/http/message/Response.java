package io.kvapp.client.http.message;

import com.google.gson.stream.JsonReader;
import io.kvapp.client.json.Times;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * What the server has answered.
 *
 * <p>Immutable as long as the body is left alone, and then safe for any thread.
 *
 * @param status the HTTP status
 * @param head the status line and the lines of the headers
 * @param body all of it
 */
public record Response(int status, String head, byte[] body) {
  /** Makes something of JSON. */
  @FunctionalInterface
  public interface JsonParser<T> {
    T parse(JsonReader json) throws IOException;
  }

  /** The value of the first header of a name, whose case does not count. */
  public Optional<String> header(String name) {
    int line = head.indexOf('\n') + 1;
    while (line > 0) {
      int end = line + name.length();
      boolean isIt = head.regionMatches(true, line, name, 0, name.length());
      int next = head.indexOf('\n', line) + 1;
      if (isIt && end < head.length() && head.charAt(end) == ':') {
        return Optional.of(head.substring(end + 1, next == 0 ? head.length() : next).strip());
      }
      line = next;
    }
    return Optional.empty();
  }

  /** The revision in the header {@code KVApp-Revision}. */
  public long revision() {
    return number("KVApp-Revision");
  }

  /** When the entry that the answer is about expires, as an entry has it. */
  public long expiresAtMillis() {
    return header("KVApp-Expires-At").map(Times::millis).orElse(0L);
  }

  /** The number in a header, which may stand in quotes. */
  public long number(String name) {
    String text = header(name).orElseThrow(() -> new MalformedException("no header " + name));
    try {
      return Long.parseLong(text.replace("\"", "").replace("W/", ""));
    } catch (NumberFormatException malformed) {
      throw new MalformedException("the header " + name + " is no number");
    }
  }

  public String text() {
    return new String(body, StandardCharsets.UTF_8);
  }

  public <T> T parse(JsonParser<T> parser) {
    JsonReader json =
        new JsonReader(
            new InputStreamReader(new ByteArrayInputStream(body), StandardCharsets.UTF_8));
    try {
      return parser.parse(json);
    } catch (IOException | RuntimeException malformed) {
      throw new MalformedException("its JSON is malformed (" + malformed.getMessage() + ")");
    }
  }

  /** An answer that no KVApp server gives. */
  public static final class MalformedException extends RuntimeException {
    public MalformedException(String message) {
      super(message);
    }
  }
}
