package io.kvapp.server.http.message;

/**
 * A request that was answered, as logs and figures see it. It holds no path, key or token. Valid
 * until the {@link RequestObserver} that gets it returns.
 */
public interface FinishedRequest {
  /** The pattern of the route that answered it; null where no route did. */
  String route();

  /** The method as it was sent; empty where it could not be read. */
  String method();

  /** The status of the response. */
  int status();

  /** The bytes of its body that were read. */
  long bytesIn();

  /** The bytes of the response's body that were written. */
  long bytesOut();

  /** The nanoseconds from the first byte of the request until the response was written. */
  long nanos();

  /** Whether it was a stream, or has waited for something to happen. */
  boolean isLongLived();

  /** The name of the caller; null where it is not known. */
  String user();

  /** The name that client, response and logs have for this request. */
  String id();
}
