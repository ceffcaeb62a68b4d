/**
 * The HTTP face of KVApp. {@link io.kvapp.server.HttpEndpoint} is all that a user needs.
 *
 * <p>From a request to the store: router, one handler for each endpoint, entry service, {@link
 * io.kvapp.KVStore}.
 */
package io.kvapp.server;
