/** The encryption of connections: certificates and keys from files, and what speaks TLS by them. */
package io.kvapp.server.tls;
