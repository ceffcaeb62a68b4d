package io.kvapp.server;

import io.kvapp.server.auth.Principal;
import io.kvapp.server.http.Reply;
import io.kvapp.server.http.Request;

/** An endpoint behind a token. Called by many threads at once. */
@FunctionalInterface
interface TokenHandler {
  /** Answers the request of a caller whose token is valid. */
  Reply handle(Request request, Principal caller);
}
