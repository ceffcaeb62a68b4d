package io.kvapp.server.tls;

import java.nio.file.Path;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.security.cert.X509Certificate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Logs that a certificate has expired, or is not valid yet.
 *
 * <p>All methods may be called from any thread.
 */
final class CertificateDates {
  private static final Logger LOG = LoggerFactory.getLogger(CertificateDates.class);

  private CertificateDates() {}

  static void warnIfOver(Path file, X509Certificate certificate) {
    try {
      certificate.checkValidity();
    } catch (CertificateExpiredException over) {
      LOG.warn(
          "a certificate in {} has expired on {}, so clients refuse it; renew it",
          file,
          certificate.getNotAfter().toInstant());
    } catch (CertificateNotYetValidException early) {
      LOG.warn(
          "a certificate in {} is valid from {} on only, so clients refuse it until then",
          file,
          certificate.getNotBefore().toInstant());
    }
  }
}
