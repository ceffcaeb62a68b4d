package io.kvapp.server.service;

import io.kvapp.Entry;
import java.util.List;

/**
 * One page of a list.
 *
 * <p>Immutable, safe for any thread, as long as nobody changes its arrays.
 *
 * @param entries in the order of the list
 * @param folders the folders among them, in that order
 * @param next the key or folder that the next page goes on behind; null where nothing is left
 * @param filtered whether some keys of the list are not granted to the caller
 * @param revision of the store before the page was read; all later changes have a larger one
 */
public record ListPage(
    List<Entry> entries, List<byte[]> folders, byte[] next, boolean filtered, long revision) {}
