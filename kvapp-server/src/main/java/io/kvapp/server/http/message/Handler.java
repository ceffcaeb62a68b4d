package io.kvapp.server.http.message;

/**
 * Answers requests.
 *
 * <p>Both methods are called by many threads at once.
 */
public interface Handler {
  /**
   * Answers a request. Whatever it throws is given to {@link #error}.
   *
   * @param request valid until this method returns and the body of its response is written
   */
  Response handle(Request request);

  /** Whether a request is a health probe, which is answered while all connections are taken. */
  default boolean isProbe(Request request) {
    return false;
  }

  /**
   * Answers a request that failed.
   *
   * @param failure a {@link HttpException} for a request that breaks the protocol or a limit; else
   *     what {@link #handle} or the body of its response threw
   * @param request as much of it as was understood; its body must not be asked for
   */
  Response error(Throwable failure, Request request);
}
