/**
 * The three endpoints of the Python KVApp: {@code /api/auth}, {@code /api/insert} and {@code
 * /api/search}.
 *
 * <p>{@link io.kvapp.server.classic.ClassicEndpoints} is their table of routes; there is a handler
 * for each, and error responses are made in one place.
 */
package io.kvapp.server.classic;
