package io.kvapp.engine.file;

/**
 * Makes sure that a caller has enough stack for a call before the call takes a lock. A stack that
 * ends between a lock and its {@code finally} leaves the lock taken for good.
 *
 * <p>Safe for any thread.
 */
public final class StackRoom {
  private static final int FRAMES = 96;

  private StackRoom() {}

  /**
   * Returns if there is room for the frames of a call.
   *
   * @throws StackOverflowError if there is not; nothing has been done then
   */
  public static void require() {
    reach(FRAMES, 0, 0, 0, 0, 0, 0);
  }

  private static long reach(int frames, long a, long b, long c, long d, long e, long f) {
    return frames == 0 ? a : reach(frames - 1, b, c, d, e, f, a + 1) + f;
  }
}
