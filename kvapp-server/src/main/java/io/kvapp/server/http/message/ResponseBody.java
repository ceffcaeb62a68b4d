package io.kvapp.server.http.message;

import java.io.IOException;

/** Writes the body of a response. It is called once, by the thread that handled the request. */
@FunctionalInterface
public interface ResponseBody {
  /**
   * Writes the whole body.
   *
   * @throws IOException if the client is gone, as {@code output} says
   */
  void writeTo(BodyOutput output) throws IOException;
}
