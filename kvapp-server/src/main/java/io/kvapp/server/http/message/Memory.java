package io.kvapp.server.http.message;

/**
 * The heap that all requests share for what is much larger than usual. What a request claims is
 * given back when its reply has been sent.
 *
 * <p>Belongs to the thread that handles the request.
 */
public interface Memory {
  /**
   * Claims bytes, and waits a while where they are not free.
   *
   * @throws Fault with status 503 if they cannot be had
   */
  void claim(long bytes);

  /** Claims bytes if they are free; returns whether they were. */
  boolean tryClaim(long bytes);
}
