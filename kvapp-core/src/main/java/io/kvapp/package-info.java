/**
 * An ordered key-value store, in this process or, with the server's jar on the class path, over
 * HTTP.
 *
 * <p><b>Open, put, scan.</b> {@link io.kvapp.KVStore} is all one needs; this package is read from
 * there.
 *
 * <pre>{@code
 * try (KVStore store = KVStore.open(Path.of("data"))) {
 *   store.put("city:szeged", "Szeged");
 *   store.put("session:42", "anna", Duration.ofMinutes(30));
 *   String city = store.get("city:szeged").orElseThrow();
 *   for (Entry entry : store.scan(Scan.prefix("city:").limit(100)).entries()) {
 *     System.out.println(entry.keyString() + " = " + entry.valueString());
 *   }
 *   store.entries(Scan.all()).forEach(System.out::println);
 * }
 * }</pre>
 *
 * <ol>
 *   <li>{@link io.kvapp.KVStore}: reads, writes, conditions, scans. {@code KVStore.open} takes a
 *       path or a URI, {@code KVStore.inMemory()} gives one for a test, {@link
 *       io.kvapp.StoreOptions} say how, {@link io.kvapp.Durability} when a write is safe.
 *   <li>{@link io.kvapp.Scan}, {@link io.kvapp.Page}, {@link io.kvapp.Entry}: what to read, and
 *       what comes back.
 *   <li>{@link io.kvapp.Snapshot}: the store at one moment, to be read while writers go on.
 *   <li>{@link io.kvapp.Changes}, {@link io.kvapp.Change}: what changes, as it happens.
 *   <li>{@link io.kvapp.Batch}, {@link io.kvapp.BatchResult}: writes that are made together or not
 *       at all.
 *   <li>{@link io.kvapp.StoreLimits}, {@link io.kvapp.StoreAdmin}: what a store takes; backup,
 *       restore, compaction, checks and figures.
 *   <li>{@link io.kvapp.KVServer}, {@link io.kvapp.ServerSettings}: a store with an endpoint.
 *   <li>{@link io.kvapp.KVException}: everything that goes wrong, as nested kinds.
 *   <li>{@link io.kvapp.StoreProvider}, {@link io.kvapp.Endpoint}: the seams where another kind of
 *       store, and another server, join.
 * </ol>
 *
 * <p><b>Watch out.</b>
 *
 * <ul>
 *   <li>A folder is open once: a second process, or a second {@code open} in this one, gets {@link
 *       io.kvapp.KVException.FolderInUse}. Share the one {@code KVStore}, which is safe for any
 *       number of threads.
 *   <li>With {@link io.kvapp.Durability#OS}, the default, the end of the process loses nothing, and
 *       a power cut at most the last second.
 *   <li>{@link io.kvapp.Page#more()} says whether a scan goes on; a page may be shorter than its
 *       limit.
 *   <li>A {@code put} without a time to live ends that of the entry before.
 *   <li>Close the store. A process that ends without it loses nothing either, but the next open
 *       takes longer.
 * </ul>
 */
package io.kvapp;
