/**
 * HTTP/1.1 over NanoHTTPD's accept loop: connections, framing, deadlines and limits, and the pair
 * of {@link io.kvapp.server.http.message.Request} and {@link io.kvapp.server.http.message.Response}
 * that handlers see. It knows nothing of stores, tokens or JSON.
 *
 * <p>From a socket to a handler: {@link io.kvapp.server.http.connection.HttpListener}, accept loop,
 * connection, head reader, request content, {@link io.kvapp.server.http.message.Handler}, response
 * writer.
 */
package io.kvapp.server.http.connection;
