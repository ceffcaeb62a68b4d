package io.kvapp.server.classic;

import io.kvapp.KVException;
import io.kvapp.server.auth.AccessException;
import io.kvapp.server.auth.password.Credentials;
import io.kvapp.server.http.message.HttpException;
import io.kvapp.server.http.message.Response;
import io.kvapp.server.http.message.ResponseHead;
import io.kvapp.server.http.routing.Router;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one place that says with which status a failure is answered. What the client did wrong is
 * told to the client; what went wrong here goes to the log, as it may name files.
 */
public final class ErrorResponses {
  private static final Logger LOG = LoggerFactory.getLogger(ErrorResponses.class);

  private ErrorResponses() {}

  /** The response to a request that failed like this. */
  public static Response of(Throwable failure) {
    if (failure instanceof HttpException exception) {
      return JsonResponses.message(head(exception.status()), exception.getMessage());
    }
    if (failure instanceof Router.MethodNotAllowed notAllowed) {
      return JsonResponses.message(
          JsonResponses.json(405).with("Allow", notAllowed.allowed()), notAllowed.getMessage());
    }
    if (failure instanceof AccessException refusal) {
      return JsonResponses.message(head(refusal), refusal.getMessage());
    }
    if (failure instanceof KVException.NoSpace) {
      LOG.error("a write was refused: {}", failure.getMessage());
      return JsonResponses.message(
          JsonResponses.json(507), "the server's disk is full; nothing was changed");
    }
    if (failure instanceof KVException.WrongState) {
      return JsonResponses.message(head(503), "the server is closing");
    }
    if (failure instanceof KVException) {
      LOG.error("the store failed: {}", failure.getMessage(), failure);
      return JsonResponses.message(
          JsonResponses.json(500), "the store failed; the server's log says what to do");
    }
    if (failure instanceof OutOfMemoryError) {
      LOG.error("a request was refused for want of memory");
      return JsonResponses.message(head(503), "the server is short of memory");
    }
    LOG.error("a request failed", failure);
    return JsonResponses.message(
        JsonResponses.json(500), "internal error; the server's log says more");
  }

  private static ResponseHead head(int status) {
    ResponseHead head = JsonResponses.json(status);
    return status == 503 ? head.with("Retry-After", "1") : head;
  }

  private static ResponseHead head(AccessException refusal) {
    if (refusal instanceof AccessException.Forbidden) {
      return JsonResponses.json(403);
    }
    if (refusal instanceof AccessException.SlowedDown slowedDown) {
      String seconds = Long.toString(slowedDown.retryAfter().toSeconds());
      return JsonResponses.json(429).with("Retry-After", seconds);
    }
    if (refusal instanceof AccessException.CredentialsMissing
        || refusal instanceof AccessException.CredentialsWrong) {
      return JsonResponses.json(401).with("WWW-Authenticate", Credentials.CHALLENGE);
    }
    return JsonResponses.json(400);
  }
}
