package io.kvapp.etcd.doctor;

import io.kvapp.etcd.settings.Credentials;
import io.kvapp.etcd.settings.EtcdSettings;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.HttpURLConnection;
import java.net.Proxy;
import java.net.URI;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;
import javax.net.ssl.HttpsURLConnection;

/**
 * What a member tells at {@code /metrics} over HTTP, which not every one does.
 *
 * <p>Immutable, safe for any thread.
 *
 * @param quotaBytes the quota of its database; empty where it does not tell
 * @param date what its clock says, in whole seconds; empty where it does not tell
 */
record MemberMetrics(OptionalLong quotaBytes, Optional<Instant> date) {
  private static final MemberMetrics NONE =
      new MemberMetrics(OptionalLong.empty(), Optional.empty());

  private static final String QUOTA = "etcd_server_quota_backend_bytes ";

  /** Asks a member; one that does not answer in time tells nothing. */
  static MemberMetrics of(
      EtcdSettings.Endpoint endpoint, Credentials credentials, Duration patience) {
    String scheme = credentials.tls() ? "https" : "http";
    try {
      URL page = URI.create(scheme + "://" + endpoint + "/metrics").toURL();
      HttpURLConnection connection = (HttpURLConnection) page.openConnection(Proxy.NO_PROXY);
      if (connection instanceof HttpsURLConnection secure) {
        secure.setSSLSocketFactory(PemContext.of(credentials).getSocketFactory());
      }
      connection.setConnectTimeout(Math.toIntExact(patience.toMillis()));
      connection.setReadTimeout(Math.toIntExact(patience.toMillis()));
      try {
        return read(connection);
      } finally {
        connection.disconnect();
      }
    } catch (IOException | GeneralSecurityException | RuntimeException notTold) {
      return NONE;
    }
  }

  private static MemberMetrics read(HttpURLConnection connection) throws IOException {
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(connection.getInputStream(), StandardCharsets.UTF_8))) {
      OptionalLong quota =
          lines
              .lines()
              .filter(line -> line.startsWith(QUOTA))
              .mapToLong(line -> (long) Double.parseDouble(line.substring(QUOTA.length())))
              .findFirst();
      long date = connection.getDate();
      return new MemberMetrics(
          quota, date == 0 ? Optional.empty() : Optional.of(Instant.ofEpochMilli(date)));
    }
  }
}
