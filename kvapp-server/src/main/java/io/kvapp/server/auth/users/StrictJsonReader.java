package io.kvapp.server.auth.users;

import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import java.io.IOException;
import java.io.Reader;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Set;

/**
 * Refuses what gson lets pass when it reads records: a member that the record does not have, a
 * member twice, null, and another value where a string belongs.
 *
 * <p>Not thread-safe.
 */
final class StrictJsonReader extends JsonReader {
  /** JSON that is well-formed and not what the records are made of. */
  static final class UnfitException extends IllegalArgumentException {
    private UnfitException(String message) {
      super(message);
    }
  }

  private final Deque<Set<String>> members = new ArrayDeque<>();
  private String lastName;

  StrictJsonReader(Reader text) {
    super(text);
    setStrictness(Strictness.STRICT);
  }

  @Override
  public void beginObject() throws IOException {
    super.beginObject();
    members.push(new HashSet<>());
  }

  @Override
  public void endObject() throws IOException {
    super.endObject();
    members.pop();
  }

  @Override
  public String nextName() throws IOException {
    lastName = super.nextName();
    if (!members.element().add(lastName)) {
      throw new UnfitException("a member is there twice: " + lastName);
    }
    return lastName;
  }

  @Override
  public String nextString() throws IOException {
    if (peek() != JsonToken.STRING) {
      throw new UnfitException("a string belongs at " + getPath() + ", not " + peek());
    }
    return super.nextString();
  }

  @Override
  public void nextNull() {
    throw new UnfitException("there is null at " + getPath());
  }

  /** Called for a member that the record does not have. */
  @Override
  public void skipValue() {
    throw new UnfitException("it has an unknown member " + lastName);
  }
}
