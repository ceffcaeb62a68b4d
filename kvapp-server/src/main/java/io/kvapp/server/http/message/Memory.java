package io.kvapp.server.http.message;

/**
 * The heap that all requests share for large bodies and results. A reservation ends when its
 * response has been sent.
 *
 * <p>Belongs to the thread that handles the request.
 */
@FunctionalInterface
public interface Memory {
  /**
   * Claims bytes, and waits a while where they are not free.
   *
   * @throws HttpException with status 503 if they cannot be had
   */
  void reserve(long bytes);

  /**
   * Claims bytes as {@link #reserve} does, for a step of a response that goes on behind it.
   *
   * @return gives them back, once, before the response has been sent
   * @throws HttpException with status 503 if they cannot be had
   */
  default Runnable lend(long bytes) {
    reserve(bytes);
    return () -> {};
  }
}
