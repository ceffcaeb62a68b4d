/**
 * HTTP/1.1 over NanoHTTPD's accept loop: connections, framing, deadlines and limits. It knows no
 * stores, tokens or JSON.
 *
 * <p>From a socket to a handler: {@link io.kvapp.server.http.connection.HttpListener}, accept loop,
 * connection, head reader, request content, {@link io.kvapp.server.http.message.Handler}, response
 * writer. Beside them a watchdog looks after deadlines, and a memory budget bounds what all
 * connections hold together.
 */
package io.kvapp.server.http.connection;
