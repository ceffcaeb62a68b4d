package io.kvapp;

import java.net.URI;
import java.util.List;
import java.util.Set;

/**
 * The seam where a kind of store joins: it serves the schemes of {@link KVStore#open(URI)}.
 *
 * <p>A provider is found through {@link java.util.ServiceLoader}, in the class loader that loaded
 * KVApp: its jar names it in {@code META-INF/services/io.kvapp.StoreProvider}. It has a public
 * constructor without parameters, which does no work.
 *
 * <p>All methods may be called from any thread.
 */
public interface StoreProvider {
  /** The schemes that are served, in lower case and without the colon, such as {@code "file"}. */
  Set<String> schemes();

  /**
   * Opens the store at {@code uri}; the caller closes it.
   *
   * @param uri absolute, with one of the {@link #schemes()}, in any case; {@code file:} URIs are
   *     hierarchical
   * @param options how to open it; what this kind of store has no use for is left aside
   * @throws KVException if it cannot be opened
   * @throws IllegalArgumentException if {@code uri} names no store of this kind
   */
  KVStore open(URI uri, StoreOptions options);

  /**
   * Looks at what the store at {@code uri} stands on, such as a cluster, for {@link
   * StoreFinding#at}; changes nothing. By default there is nothing to say.
   *
   * @throws IllegalArgumentException if {@code uri} names no store of this kind
   */
  default List<StoreFinding> findings(URI uri) {
    return List.of();
  }

  /**
   * Looks at the store at {@code uri} without opening it, for {@link StoreInspection#of}. By
   * default there is nothing to look at.
   *
   * @throws KVException.Unsupported if stores of this kind have no files
   * @throws IllegalArgumentException if {@code uri} names no store of this kind
   */
  default StoreInspection inspect(URI uri) {
    throw new KVException.Unsupported(
        "a store at " + uri.getScheme() + ": has no folder to look at; open it instead");
  }
}
