package io.kvapp.server.http.message;

import java.util.Objects;

/**
 * The answer to a request: a head and, mostly, a body.
 *
 * <p>Immutable; safe for any thread as far as its body is.
 */
public final class Response {
  private final ResponseHead head;
  private final ResponseBody body;

  private Response(ResponseHead head, ResponseBody body) {
    this.head = head;
    this.body = body;
  }

  /** A response with a body, which is written once, after the handler has returned. */
  public static Response of(ResponseHead head, ResponseBody body) {
    return new Response(Objects.requireNonNull(head), Objects.requireNonNull(body));
  }

  /** A response without a body. */
  public static Response empty(ResponseHead head) {
    return new Response(Objects.requireNonNull(head), null);
  }

  /** Status and headers. */
  public ResponseHead head() {
    return head;
  }

  /** The body; null where there is none. */
  public ResponseBody body() {
    return body;
  }
}
