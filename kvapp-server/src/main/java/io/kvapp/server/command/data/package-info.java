/**
 * The commands that read, write and look after a store, each on a server or on a folder that nobody
 * has open: {@link io.kvapp.server.command.data.StoreTarget} opens either as a {@link
 * io.kvapp.KVStore}, which is all that a command knows.
 */
package io.kvapp.server.command.data;
