/**
 * The store of a server as a {@link io.kvapp.KVStore}. {@link io.kvapp.client.RemoteStore} turns
 * each method into one request; {@code Requests} sends it, repeats it where that is safe, and turns
 * what the server refuses into exceptions; {@code Connection} is the HTTP below. {@code
 * RemoteChanges} asks for changes page by page, {@code RemoteAdmin} is the keeping of the store.
 */
package io.kvapp.client;
