package io.kvapp.etcd;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What a member tells at {@code /metrics} over plain HTTP.
 *
 * <p>Immutable, safe for any thread.
 *
 * @param quotaBytes the quota of its database; empty where it does not tell
 * @param date what its clock says, in whole seconds; empty where it does not tell
 */
record MemberMetrics(OptionalLong quotaBytes, Optional<Instant> date) {
  /** Of a member that tells nothing. */
  static final MemberMetrics NONE = new MemberMetrics(OptionalLong.empty(), Optional.empty());

  private static final String QUOTA = "etcd_server_quota_backend_bytes ";

  /** Asks a member. */
  static MemberMetrics of(EtcdSettings.Endpoint endpoint, Duration patience) {
    try {
      HttpURLConnection connection =
          (HttpURLConnection)
              URI.create("http://" + endpoint + "/metrics").toURL().openConnection();
      connection.setConnectTimeout(Math.toIntExact(patience.toMillis()));
      connection.setReadTimeout(Math.toIntExact(patience.toMillis()));
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
      } finally {
        connection.disconnect();
      }
    } catch (IOException | RuntimeException notTold) {
      return NONE;
    }
  }
}
