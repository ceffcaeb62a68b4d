package io.kvapp.server.http.message;

import java.util.Objects;

/**
 * What a request is answered with: a head and, mostly, a body.
 *
 * <p>Immutable; safe for any thread as far as its body is.
 */
public final class Reply {
  private final ReplyHead head;
  private final ReplyBody body;

  private Reply(ReplyHead head, ReplyBody body) {
    this.head = head;
    this.body = body;
  }

  /** A reply with a body, which is written once, after the handler has returned. */
  public static Reply of(ReplyHead head, ReplyBody body) {
    return new Reply(Objects.requireNonNull(head), Objects.requireNonNull(body));
  }

  /** A reply without a body. */
  public static Reply empty(ReplyHead head) {
    return new Reply(Objects.requireNonNull(head), null);
  }

  /** Status and headers. */
  public ReplyHead head() {
    return head;
  }

  /** The body; null where there is none. */
  public ReplyBody body() {
    return body;
  }
}
