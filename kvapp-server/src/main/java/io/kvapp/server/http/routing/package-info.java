/** Finds the handler of a request by path and method. */
package io.kvapp.server.http.routing;
