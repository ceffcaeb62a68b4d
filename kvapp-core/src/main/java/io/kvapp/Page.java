package io.kvapp;

import java.util.List;

/**
 * One page of a scan.
 *
 * <p>A page may end before its scan's {@link Scan#limit()} and {@link Scan#maxBytes()}: {@code
 * more} alone decides whether to go on.
 *
 * <p>Immutable as long as the arrays of its entries are left alone, and then safe for any thread.
 *
 * @param entries the entries in the order asked for; empty when nothing is left; cannot be changed
 * @param more whether entries are still to come, and then there is at least one in this page; go on
 *     with {@link Scan#after(byte[])} and its last key
 */
public record Page(List<Entry> entries, boolean more) {
  /**
   * Copies the list where it could be changed.
   *
   * @throws NullPointerException if {@code entries} or one of them is null
   */
  public Page {
    entries = List.copyOf(entries);
  }
}
