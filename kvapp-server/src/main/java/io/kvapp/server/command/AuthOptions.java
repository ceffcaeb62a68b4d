package io.kvapp.server.command;

import io.kvapp.server.settings.AuthSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import picocli.CommandLine.Option;

/**
 * The options of tokens and users.
 *
 * <p>Not thread-safe.
 */
final class AuthOptions {
  /** The environment variable with the signing key. */
  static final String SIGNING_KEY = "KVAPP_SIGNING_KEY";

  @Option(
      names = "--users",
      paramLabel = "FILE",
      description =
          "The file of users, which 'kvapp users' edits. Needed to listen on an address that"
              + " other machines reach.")
  private Path users;

  @Option(
      names = "--signing-key",
      paramLabel = "FILE",
      description =
          "A file with the key that signs tokens, 256 bits or more in base64, so that servers can"
              + " share it; the environment variable "
              + SIGNING_KEY
              + " may hold the key itself. Default: a random one in the data folder.")
  private Path signingKey;

  @Option(
      names = "--token-lifetime",
      paramLabel = "TIME",
      converter = DurationConverter.class,
      defaultValue = "30m",
      description = "How long a token is valid. Default: ${DEFAULT-VALUE}.")
  private Duration tokenLifetime;

  @Option(
      names = "--session-lifetime",
      paramLabel = "TIME",
      converter = DurationConverter.class,
      defaultValue = "12h",
      description =
          "How long a token can be renewed after the password was given. Default:"
              + " ${DEFAULT-VALUE}.")
  private Duration sessionLifetime;

  /** The settings of these options, and of the environment where no option speaks. */
  AuthSettings settings(Map<String, String> environment) {
    AuthSettings settings =
        AuthSettings.defaults()
            .withTokenLifetime(tokenLifetime)
            .withSessionLifetime(sessionLifetime);
    if (users != null) {
      settings = settings.withUsersFile(users);
    }
    String key = environment.get(SIGNING_KEY);
    if (signingKey != null) {
      return settings.withSigningKeyFile(signingKey);
    }
    return key == null ? settings : settings.withSigningKeys(key);
  }
}
