package io.kvapp.server.classic;

import io.kvapp.server.auth.users.Principal;
import io.kvapp.server.http.message.Reply;
import io.kvapp.server.http.message.Request;

/** An endpoint behind a token. Called by many threads at once. */
@FunctionalInterface
public interface TokenHandler {
  /** Answers the request of a caller whose token is valid. */
  public Reply handle(Request request, Principal caller);
}
