package io.kvapp.server.classic;

import io.kvapp.server.auth.users.Caller;
import io.kvapp.server.http.message.Request;
import io.kvapp.server.http.message.Response;

/** An endpoint behind a token. Called by many threads at once. */
@FunctionalInterface
interface TokenHandler {
  /** Answers the request of a caller whose token is valid. */
  public Response handle(Request request, Caller caller);
}
