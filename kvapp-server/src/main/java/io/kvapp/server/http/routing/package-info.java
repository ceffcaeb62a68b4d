/**
 * The route table: which handler answers a request, and what is checked before it does.
 *
 * <p>A {@link io.kvapp.server.http.routing.Route} is a row of the table, a {@link
 * io.kvapp.server.http.routing.Face} what the rows of one contract have in common; the {@link
 * io.kvapp.server.http.routing.Router} looks a request up and gives its handler a {@link
 * io.kvapp.server.http.routing.Call}. Since access is a matter of callers and roles, it comes after
 * the packages that know these.
 */
package io.kvapp.server.http.routing;
