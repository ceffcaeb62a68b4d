package io.kvapp.client;

import io.kvapp.Changes;
import io.kvapp.KVException;
import io.kvapp.client.settings.RemoteSettings;
import java.time.Duration;
import java.util.Objects;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;

/**
 * Sets up a {@link RemoteStore}; each method names one setting and returns this builder.
 *
 * <p>Not thread-safe.
 */
public final class RemoteStoreBuilder {
  private RemoteSettings settings;

  RemoteStoreBuilder(RemoteSettings settings) {
    this.settings = settings;
  }

  /**
   * Who signs in, when the first call needs it and whenever the token has expired; nobody by
   * default, which a server without users takes.
   *
   * @param password is asked at each sign-in; the array it returns is filled with zeros once it was
   *     used, so it is a new one each time
   */
  public RemoteStoreBuilder user(String name, Supplier<char[]> password) {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(password, "password");
    if (name.indexOf(':') >= 0) {
      throw new IllegalArgumentException("user: a name without a colon");
    }
    settings = settings.withUser(name, password);
    return this;
  }

  /**
   * Where a token comes from that is kept elsewhere, in place of a user.
   *
   * @param token is asked at each request, and once more when the server refuses what it gave; null
   *     for none
   */
  public RemoteStoreBuilder token(Supplier<String> token) {
    settings = settings.withTokens(Objects.requireNonNull(token, "token"));
    return this;
  }

  /**
   * How long a call may take with all its repetitions; 10 seconds by default.
   *
   * @throws IllegalArgumentException if it is below a millisecond or above a day
   */
  public RemoteStoreBuilder timeout(Duration timeout) {
    if (timeout.toMillis() < 1 || timeout.compareTo(Duration.ofDays(1)) > 0) {
      throw new IllegalArgumentException("timeout: 1 ms to 1 day, not " + timeout);
    }
    settings = settings.withTimeout(timeout);
    return this;
  }

  /**
   * The most requests at a time, further calls wait for one to end; 64 by default. A call of {@link
   * Changes#next} that waits has a connection of its own.
   *
   * @throws IllegalArgumentException if it is below 1
   */
  public RemoteStoreBuilder maxConnections(int count) {
    if (count < 1) {
      throw new IllegalArgumentException("maxConnections: at least 1, not " + count);
    }
    settings = settings.withMaxConnections(count);
    return this;
  }

  /** Which certificates are trusted, and what this client shows; the JDK's by default. */
  public RemoteStoreBuilder sslContext(SSLContext context) {
    settings = settings.withSslContext(Objects.requireNonNull(context, "sslContext"));
    return this;
  }

  /** The store, which connects at its first call; the caller closes it. */
  public RemoteStore build() {
    return new RemoteStore(settings, System::nanoTime);
  }

  /**
   * The store, connected and signed in; the caller closes it.
   *
   * @throws KVException.Unavailable if the server cannot be reached
   * @throws KVException.Untrusted if its certificate does not name the host, or is of an issuer
   *     that the client does not trust
   * @throws KVException.NotSignedIn if it does not know the user, or wants one
   */
  public RemoteStore open() {
    RemoteStore store = build();
    try {
      store.limitsOfServer();
      return store;
    } catch (RuntimeException failed) {
      store.close();
      throw failed;
    }
  }
}
