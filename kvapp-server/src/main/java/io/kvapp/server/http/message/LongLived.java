package io.kvapp.server.http.message;

/**
 * A response that lasts as long as its client wants, such as a stream of changes, or one that waits
 * for something to happen. It has a place of its own among those, so that its connection does not
 * count as one, and is told when the server stops.
 *
 * <p>All methods may be called from any thread.
 */
public interface LongLived {
  /** Whether the server stops: the response is to write its last words and end at once. */
  boolean isEnding();

  /**
   * Has something done once the server stops, or at once if it does already: it wakes the thread
   * that writes the response, and takes no time itself. Takes the place of what was given before.
   *
   * @param wake may be called more than once, by another thread
   */
  void onEnd(Runnable wake);
}
