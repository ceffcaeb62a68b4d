package io.kvapp.server.classic;

import io.kvapp.KVException;
import io.kvapp.server.auth.password.Credentials;
import io.kvapp.server.http.message.HttpException;
import io.kvapp.server.http.message.Response;
import io.kvapp.server.http.message.ResponseHead;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one place that maps exceptions to responses. A client is told its mistake; a failure of the
 * server goes to the log, because it may name files.
 *
 * <p>All methods may be called from any thread.
 */
public final class ErrorResponses {
  private static final Logger LOG = LoggerFactory.getLogger(ErrorResponses.class);

  private ErrorResponses() {}

  /** The refusal of a request whose members are not those that its endpoint takes. */
  static HttpException undefinedParameters() {
    return HttpException.badRequest("undefined parameter settings");
  }

  /** The response to a request that failed like this. */
  public static Response of(Throwable failure) {
    if (failure instanceof HttpException refusal) {
      return JsonResponses.message(head(refusal), refusal.getMessage());
    }
    if (failure instanceof KVException.NoSpace) {
      LOG.error("a write was refused: {}", failure.getMessage());
      return JsonResponses.message(head(507), "the server's disk is full; nothing was changed");
    }
    if (failure instanceof KVException.ReadOnly) {
      LOG.error("a write was refused: {}", failure.getMessage());
      return JsonResponses.message(
          head(500), "the store is read-only; the server's log says what to do");
    }
    if (failure instanceof KVException.WrongState) {
      return JsonResponses.message(head(503), "the server is closing");
    }
    if (failure instanceof KVException) {
      LOG.error("the store failed: {}", failure.getMessage(), failure);
      return JsonResponses.message(head(500), "the store failed; the server's log says what to do");
    }
    if (failure instanceof OutOfMemoryError) {
      LOG.error("a request was refused for want of memory");
      return JsonResponses.message(head(503), "the server is short of memory");
    }
    LOG.error("a request failed", failure);
    return JsonResponses.message(head(500), "internal error; the server's log says more");
  }

  private static ResponseHead head(HttpException refusal) {
    if (refusal instanceof HttpException.TokenMissing
        || refusal instanceof HttpException.TokenInvalid) {
      return head(400);
    }
    ResponseHead head = head(refusal.status());
    if (refusal instanceof HttpException.MethodNotAllowed method) {
      return head.with("Allow", method.allowed());
    }
    if (refusal instanceof HttpException.CredentialsMissing
        || refusal instanceof HttpException.CredentialsWrong) {
      return head.with("WWW-Authenticate", Credentials.CHALLENGE);
    }
    if (refusal instanceof HttpException.SlowedDown slowedDown) {
      return head.with("Retry-After", Long.toString(slowedDown.retryAfter().toSeconds()));
    }
    return head;
  }

  private static ResponseHead head(int status) {
    ResponseHead head = JsonResponses.json(status);
    return status == 503 ? head.with("Retry-After", "1") : head;
  }
}
