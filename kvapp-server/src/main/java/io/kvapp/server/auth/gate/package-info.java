/**
 * Where a request comes from and whether it was meant for this server: the address that it is sent
 * to, its {@code Host}, its {@code Origin}, and what trusted proxies forward.
 */
package io.kvapp.server.auth.gate;
