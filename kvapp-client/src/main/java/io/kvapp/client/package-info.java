/**
 * The store of a server as a {@link io.kvapp.KVStore}. {@link io.kvapp.client.RemoteStore} turns
 * each method into one request; everything but it, its builder and its provider is internal.
 *
 * <p>The packages in reading order, each depending only on those before it: {@code json}, {@code
 * transfer} (exports in folders), {@code settings}, {@code http.message} (requests and responses),
 * {@code http.connection} (HTTP/1.1 over sockets), {@code call} (requests repeated where that is
 * safe, and refusals as exceptions), and this package, which puts them together: {@code
 * RemoteChanges} asks for changes page by page, {@code RemoteAdmin} is the keeping of the store.
 */
package io.kvapp.client;
