package io.kvapp.client.call;

import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import io.kvapp.KVException;
import io.kvapp.client.http.message.Response;
import java.io.IOException;
import java.util.Set;

/**
 * What a response that is no success says.
 *
 * <p>Immutable, safe for any thread.
 *
 * @param code what the server calls it; empty where it is no answer of a KVApp server
 * @param detail one line for people
 * @param index the place of an operation; 0 where none is named
 * @param oldest the lowest revision behind which changes can be had
 */
record Problem(int status, String code, String detail, int index, long oldest) {
  private static final Set<Integer> UNCERTAIN = Set.of(500, 502, 503, 504);

  /** The problem of a response with a status that is an error. */
  static Problem of(Response response) {
    try {
      Problem read = response.parse(json -> read(response.status(), json));
      return read.code.isEmpty() ? foreign(response.status()) : read;
    } catch (Response.MalformedException foreign) {
      return foreign(response.status());
    }
  }

  private static Problem foreign(int status) {
    return new Problem(status, "", "status " + status + " without a code of KVApp", 0, 0);
  }

  private static Problem read(int status, JsonReader json) throws IOException {
    String code = "";
    String detail = "";
    int index = 0;
    long oldest = 0;
    json.beginObject();
    while (json.hasNext()) {
      String name = json.nextName();
      boolean isText = json.peek() == JsonToken.STRING;
      boolean isNumber = json.peek() == JsonToken.NUMBER;
      if (name.equals("code") && isText) {
        code = json.nextString();
      } else if (name.equals("detail") && isText) {
        detail = json.nextString();
      } else if (name.equals("index") && isNumber) {
        index = json.nextInt();
      } else if (name.equals("oldest") && isNumber) {
        oldest = json.nextLong();
      } else {
        json.skipValue();
      }
    }
    json.endObject();
    return new Problem(status, code, detail, index, oldest);
  }

  /** Whether it says that nothing was done, and that a repeat may succeed. */
  boolean isBusy() {
    boolean isOurs = !code.isEmpty() && !code.equals("read-only");
    return isOurs && (status == 429 || status == 503 || status == 408);
  }

  /** Whether it says that the token no longer counts. */
  boolean isOfToken() {
    return status == 401 && code.startsWith("token-");
  }

  /** Whether a write may have been made all the same. */
  boolean isUncertain() {
    return UNCERTAIN.contains(status) && !isBusy() && !code.equals("read-only");
  }

  /** What a caller is told of it, where nothing was done. */
  RuntimeException exception() {
    return switch (code) {
      case "disk-full" -> new KVException.NoSpace(detail);
      case "read-only" -> new KVException.ReadOnly(detail);
      case "forbidden", "wrong-host", "cross-origin", "proxied" ->
          new KVException.NotPermitted(detail);
      case "history-gone" -> new KVException.HistoryGone(oldest);
      case "not-a-number" -> new KVException.NotANumber(index);
      case "overflow" -> new KVException.Overflow(index);
      case "unsupported" -> new KVException.Unsupported(detail);
      case "damaged" -> new KVException.Corrupt(detail);
      default -> byStatus();
    };
  }

  private RuntimeException byStatus() {
    boolean isOurs = !code.isEmpty();
    if (status == 401) {
      return new KVException.NotSignedIn(detail);
    }
    if (isBusy()) {
      return new KVException.Unavailable(detail);
    }
    if (isOurs && (status == 400 || status == 413 || status == 414 || status == 431)) {
      return new IllegalArgumentException(detail);
    }
    return isUncertain() ? new KVException.Unavailable(detail) : new KVException(detail);
  }
}
