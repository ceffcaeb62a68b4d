/**
 * The HTTP server of KVApp. Users need {@link io.kvapp.server.HttpEndpoint} and the values of
 * {@link io.kvapp.server.settings}; everything else is internal.
 *
 * <p>The packages in reading order, each depending only on those before it: {@code settings},
 * {@code file} (secret and watched files), {@code http.message}, {@code http.connection} (from the
 * socket to a request and back), {@code tls}, {@code http.routing}, {@code auth.users}, {@code
 * auth.password}, {@code auth.token}, {@code auth.gate}, {@code auth}, {@code json}, {@code
 * service} (what callers may do with entries), {@code classic} (the three endpoints of the Python
 * KVApp), {@code ops} (health), this package, which puts them together, and {@code command}.
 *
 * <p>The way of a request: accept loop, connection, router, handler, entry service, {@link
 * io.kvapp.KVStore}.
 */
package io.kvapp.server;
