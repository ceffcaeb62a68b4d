package io.kvapp.server.service;

import io.kvapp.Changes;
import io.kvapp.server.auth.users.Caller;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/**
 * Whose changes are asked for, and from where on.
 *
 * <p>Immutable, safe for any thread, as long as nobody changes its arrays.
 *
 * @param prefixes what the keys start with
 * @param keys further single keys; where there are no prefixes either, every key is meant
 * @param after the revision behind which changes are asked for; empty where none is
 * @param state whether the entries that are there come first
 * @param keysOnly whether values are left out
 */
public record WatchedKeys(
    List<byte[]> prefixes, List<byte[]> keys, OptionalLong after, boolean state, boolean keysOnly) {
  private static final byte[] EVERYTHING = {};

  /** The part of them that a caller may read. */
  Changes.From granted(Caller caller) {
    List<byte[]> granted = new ArrayList<>();
    prefixes.forEach(prefix -> granted.addAll(caller.requireSearch(prefix)));
    if (prefixes.isEmpty() && keys.isEmpty()) {
      granted.addAll(caller.requireSearch(EVERYTHING));
    }
    keys.forEach(caller::requireRead);
    Changes.From from = null;
    for (byte[] prefix : granted) {
      from = from == null ? Changes.of(prefix) : from.prefix(prefix);
    }
    for (byte[] key : keys) {
      from = from == null ? Changes.ofKey(key) : from.key(key);
    }
    if (after.isPresent()) {
      from = from.after(after.getAsLong());
    }
    if (state) {
      from = from.withState();
    }
    return keysOnly ? from.keysOnly() : from;
  }
}
