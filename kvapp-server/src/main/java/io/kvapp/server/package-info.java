/**
 * The HTTP server of KVApp. Users need {@link io.kvapp.server.HttpEndpoint} and the values of
 * {@link io.kvapp.server.settings}; everything else is internal.
 *
 * <p>The packages in reading order, each depending only on those before it: {@link
 * io.kvapp.server.settings}, {@link io.kvapp.server.file}, {@link io.kvapp.server.http.message},
 * {@link io.kvapp.server.http.connection}, {@link io.kvapp.server.tls}, {@link
 * io.kvapp.server.http.routing}, {@link io.kvapp.server.auth.users}, {@link
 * io.kvapp.server.auth.password}, {@link io.kvapp.server.auth.token}, {@link
 * io.kvapp.server.auth.gate}, {@link io.kvapp.server.auth}, {@link io.kvapp.server.json}, {@link
 * io.kvapp.server.service}, {@link io.kvapp.server.classic}, this package, which puts them
 * together, and {@link io.kvapp.server.command}.
 *
 * <p>The way of a request: accept loop, connection, router, handler, entry service, {@link
 * io.kvapp.KVStore}.
 */
package io.kvapp.server;
