/**
 * Calls of a server: {@code Requests} signs in, sends a request, and repeats it where that is safe;
 * a {@code Problem} is what the server refuses, as an exception.
 */
package io.kvapp.client.call;
