package io.kvapp.server.tls;

import java.io.IOException;
import javax.net.ssl.X509ExtendedKeyManager;

/** Where the certificate of the server comes from. Safe for any thread. */
@FunctionalInterface
interface CertificateSource {
  /**
   * Reads the certificate and its key.
   *
   * @throws IOException if a file cannot be read
   * @throws io.kvapp.KVException if what it holds cannot be used; the message says what to do
   */
  X509ExtendedKeyManager read() throws IOException;
}
