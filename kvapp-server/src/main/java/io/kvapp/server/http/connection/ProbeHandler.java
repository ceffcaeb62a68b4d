package io.kvapp.server.http.connection;

import io.kvapp.server.http.message.Handler;
import io.kvapp.server.http.message.HttpException;
import io.kvapp.server.http.message.Request;
import io.kvapp.server.http.message.Response;

/**
 * Answers health probes while all connections are taken, and refuses everything else.
 *
 * <p>All methods may be called from any thread.
 */
record ProbeHandler(Handler handler) implements Handler {
  static final String FULL = "the server has no connection to spare";

  @Override
  public Response handle(Request request) {
    if (!handler.isProbe(request)) {
      throw new HttpException(503, FULL);
    }
    return handler.handle(request);
  }

  @Override
  public Response error(Throwable failure, Request request) {
    return handler.error(failure, request);
  }
}
