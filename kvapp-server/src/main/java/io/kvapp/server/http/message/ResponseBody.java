package io.kvapp.server.http.message;

import java.io.IOException;

/** What writes the body of a response. */
@FunctionalInterface
public interface ResponseBody {
  /**
   * Writes the whole body.
   *
   * @throws IOException if the client is gone, as {@code output} says
   */
  void writeTo(BodyOutput output) throws IOException;
}
