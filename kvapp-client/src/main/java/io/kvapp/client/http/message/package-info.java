/**
 * Requests and responses, as callers make and read them. It knows no sockets: a {@code Request} is
 * for a {@code Target}, which is its path and query, and a {@code Response} has all of its body.
 */
package io.kvapp.client.http.message;
