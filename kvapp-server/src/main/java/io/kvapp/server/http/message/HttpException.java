package io.kvapp.server.http.message;

/**
 * A request that cannot be served, with the status and the one line that say so to the client.
 *
 * <p>It has no stack trace, because any client can cause it at will.
 */
public final class HttpException extends RuntimeException {
  private final int status;

  /**
   * A fault of the client.
   *
   * @param status the HTTP status, 400 to 599
   * @param message one line for the client
   */
  public HttpException(int status, String message) {
    super(message, null, false, false);
    this.status = status;
  }

  /** A fault with status 400. */
  public static HttpException badRequest(String message) {
    return new HttpException(400, message);
  }

  /** The HTTP status. */
  public int status() {
    return status;
  }
}
