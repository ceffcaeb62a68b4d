/**
 * Requests and responses as handlers see them. It knows no sockets.
 *
 * <p>{@link io.kvapp.server.http.message.Handler} takes a {@link
 * io.kvapp.server.http.message.Request} and returns a {@link
 * io.kvapp.server.http.message.Response}; {@link io.kvapp.server.http.message.HttpException}
 * refuses a request, and {@link io.kvapp.server.http.message.Memory} is the heap that large
 * requests reserve.
 */
package io.kvapp.server.http.message;
