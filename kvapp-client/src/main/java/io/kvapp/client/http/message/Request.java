package io.kvapp.client.http.message;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * What is to be asked of the server.
 *
 * <p>Immutable as long as the body is left alone, and then safe for any thread.
 *
 * @param method the HTTP method
 * @param target path and query, encoded
 * @param headers names and values in turn
 * @param body what is sent; null for nothing
 * @param upload a file that is sent in place of a body; null for none
 * @param isRepeatable whether it may be made twice without harm
 */
public record Request(
    String method,
    String target,
    List<String> headers,
    byte[] body,
    Path upload,
    boolean isRepeatable) {

  /** A request that changes nothing. */
  public static Request get(Target target) {
    return new Request("GET", target.toString(), List.of(), null, null, true);
  }

  /** A request that changes something. */
  public static Request write(String method, Target target) {
    return new Request(method, target.toString(), List.of(), null, null, false);
  }

  public Request with(String header, String value) {
    List<String> all = new ArrayList<>(headers);
    all.add(header);
    all.add(value);
    return new Request(method, target, all, body, upload, isRepeatable);
  }

  public Request withBody(byte[] bytes) {
    return new Request(method, target, headers, bytes, null, isRepeatable);
  }

  public Request withBody(Path file) {
    return new Request(method, target, headers, null, file, isRepeatable);
  }

  /** The same, which may be made twice without harm. */
  public Request repeatable() {
    return new Request(method, target, headers, body, upload, true);
  }

  /** The length of what is sent behind the head; -1 where a request of its kind says none. */
  public long bodyBytes() {
    if (upload != null) {
      return upload.toFile().length();
    }
    if (body != null) {
      return body.length;
    }
    return method.equals("GET") || method.equals("DELETE") ? -1 : 0;
  }
}
