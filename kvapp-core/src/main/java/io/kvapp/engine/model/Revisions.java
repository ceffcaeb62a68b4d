package io.kvapp.engine.model;

import io.kvapp.KVException;

/**
 * How revisions go on where the last ones given out may be lost: far ahead, so that none is used
 * twice.
 *
 * <p>Safe for any thread.
 */
public final class Revisions {
  /** More than are given out between two manifests. */
  public static final long GAP = 1L << 30;

  /** So that a JSON number holds each exactly. */
  private static final long MAX = (1L << 53) - 1;

  private Revisions() {}

  /**
   * The last revision as it counts after a crash or a restore; the next write has the one behind.
   *
   * @param known the highest revision that is known to have been given out
   * @throws KVException if there are none left, which takes millions of crashes
   */
  public static long afterGap(long known) {
    if (known > MAX - 2 * GAP) {
      throw new KVException(
          "revision "
              + known
              + " is too high to go on behind a crash or a restore; copy the entries to a new store");
    }
    return known + GAP;
  }
}
