package io.kvapp.server;

import io.kvapp.server.auth.gate.TrustedProxies;
import io.kvapp.server.settings.AuthSettings;
import io.kvapp.server.settings.HttpSetting;
import io.kvapp.server.settings.HttpSettings;
import io.kvapp.server.settings.PrefixScope;
import io.kvapp.server.settings.TlsSettings;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;

/**
 * Everything that is set of an {@link HttpEndpoint}; its builder says what each is.
 *
 * @param tls empty for HTTP in the clear
 * @param backupDirectory empty where there are no backups
 */
record EndpointSettings(
    HttpSettings http,
    AuthSettings auth,
    Set<String> allowedHosts,
    Set<String> corsOrigins,
    Optional<TlsSettings> tls,
    TrustedProxies proxies,
    PrefixScope prefixScope,
    Optional<Path> backupDirectory) {
  EndpointSettings {
    allowedHosts = Set.copyOf(allowedHosts);
    corsOrigins = Set.copyOf(corsOrigins);
    if (backupDirectory.isEmpty()) {
      requireDefault(http, HttpSetting.KEEP_BACKUPS);
      requireDefault(http, HttpSetting.BACKUP_EVERY);
    }
  }

  private static void requireDefault(HttpSettings http, HttpSetting setting) {
    if (http.get(setting) != setting.defaultValue()) {
      throw new IllegalArgumentException(
          setting.settingName() + ": only with a folder for backups, --backup-dir");
    }
  }
}
