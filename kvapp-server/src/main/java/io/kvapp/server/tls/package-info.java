/**
 * TLS over connections, with certificates and keys from files.
 *
 * <p>{@link io.kvapp.server.tls.TlsTransport} secures a connection; a certificate source reads PEM
 * files or a key store.
 */
package io.kvapp.server.tls;
