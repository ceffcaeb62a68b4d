/**
 * Servers as commands see them: {@link io.kvapp.server.command.remote.ServerOption} names one and
 * who signs in, {@link io.kvapp.server.command.remote.ServerConnection} opens its store.
 */
package io.kvapp.server.command.remote;
