package io.kvapp.server.auth;

import io.kvapp.server.auth.password.Credentials;
import java.net.InetAddress;
import java.util.Objects;
import java.util.Optional;

/**
 * A request for a token.
 *
 * <p>Immutable, safe for any thread.
 *
 * @param address where the request comes from, as the socket says or a proxy that is trusted
 * @param credentials user and password; empty where the request has none
 * @param token a token from an earlier sign-in, which may have expired; null where there is none.
 *     It grants nothing here, but shows that the client is no stranger.
 */
public record SignIn(InetAddress address, Optional<Credentials> credentials, String token) {
  /** Checks that the address and the credentials are not null. */
  public SignIn {
    Objects.requireNonNull(address, "address");
    Objects.requireNonNull(credentials, "credentials");
  }

  /** A request without a token. */
  public SignIn(InetAddress address, Optional<Credentials> credentials) {
    this(address, credentials, null);
  }
}
