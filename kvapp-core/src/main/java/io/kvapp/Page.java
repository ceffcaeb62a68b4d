package io.kvapp;

import java.util.List;

/**
 * One page of a scan.
 *
 * @param entries the entries in the order asked for; empty when nothing is left
 * @param more whether the scan stopped at its limit with entries still to come; go on with {@link
 *     Scan#after(byte[])} and the last key of this page
 */
public record Page(List<Entry> entries, boolean more) {}
