package io.kvapp.server.command.doctor;

import io.kvapp.KVException;
import io.kvapp.server.auth.gate.BindScope;
import io.kvapp.server.settings.TlsSettings;
import io.kvapp.server.tls.TlsTransport;
import java.io.IOException;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/**
 * The certificate to speak TLS with, or whether passwords would cross a network without one.
 *
 * <p>For one thread; used once.
 */
final class CertificateCheck implements Check {
  private static final String CHECK = "certificate";
  private static final int FEW_DAYS = 21;

  private final Optional<TlsSettings> settings;
  private final String host;
  private final InstantSource clock;

  CertificateCheck(Optional<TlsSettings> settings, String host, InstantSource clock) {
    this.settings = settings;
    this.host = host;
    this.clock = clock;
  }

  @Override
  public List<Finding> findings() {
    return List.of(settings.map(this::of).orElseGet(this::withoutTls));
  }

  /** How long each certificate of a chain is valid; the worst of them. */
  static Finding validity(String place, List<X509Certificate> chain, Instant now) {
    Instant end = Instant.MAX;
    for (X509Certificate certificate : chain) {
      Instant begin = certificate.getNotBefore().toInstant();
      if (now.isBefore(begin)) {
        return Finding.fail(
            CHECK,
            "that of " + place + " is valid from " + begin + " on only",
            "look at the clock, or take an older certificate until then");
      }
      Instant its = certificate.getNotAfter().toInstant();
      end = its.isBefore(end) ? its : end;
    }
    if (!now.isBefore(end)) {
      return Finding.fail(
          CHECK,
          "that of " + place + " has expired on " + end + ", so clients refuse it",
          "renew it");
    }
    long days = Duration.between(now, end).toDays();
    String found = "that of " + place + " is valid for " + days + " days, until " + end;
    return days < FEW_DAYS
        ? Finding.warn(CHECK, found, "renew it; a server takes a new file over by itself")
        : Finding.ok(CHECK, found);
  }

  private Finding of(TlsSettings tls) {
    Path place = tls.certificates().orElse(tls.key());
    return new SecretFile(CHECK, tls.key()).finding(() -> read(place, tls));
  }

  private Finding read(Path place, TlsSettings tls) throws IOException {
    return validity(place.toString(), TlsTransport.certificates(tls), clock.instant());
  }

  private Finding withoutTls() {
    try {
      return BindScope.isThisMachineOnly(host)
          ? Finding.ok(CHECK, "none; HTTP stays on this machine")
          : Finding.warn(
              CHECK,
              "none, so passwords, tokens and data cross the network in the clear",
              "name one with --tls-cert and --tls-key, or listen on localhost behind a proxy with"
                  + " TLS");
    } catch (KVException unknownHost) {
      return Finding.fail(CHECK, unknownHost);
    }
  }
}
