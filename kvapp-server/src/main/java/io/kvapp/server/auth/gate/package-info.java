/**
 * Where a request comes from and whether it was meant for this server.
 *
 * <p>{@link io.kvapp.server.auth.gate.LocalGate} stands before every path of a server without
 * users, and decides by the {@code Host}, the {@code Origin} and what proxies forward; {@link
 * io.kvapp.server.auth.gate.CorsHandler} lets the pages of listed origins in.
 */
package io.kvapp.server.auth.gate;
