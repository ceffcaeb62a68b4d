package io.kvapp;

/**
 * The seam where a server joins a {@link KVServer}: it serves the store from {@code start} to
 * {@code close}.
 *
 * <p>{@link KVServer#start()} finds one through {@link java.util.ServiceLoader}, in the class
 * loader that loaded KVApp, or takes the one that the builder was given. {@code start} is called
 * once, before {@code close}; {@code close} may be called more than once and after a {@code start}
 * that failed.
 */
public interface Endpoint extends AutoCloseable {
  /**
   * Binds the address of {@code settings} and begins to serve {@code store}; returns once requests
   * are answered.
   *
   * @throws KVException.PortInUse if the address is taken
   * @throws KVException if the endpoint cannot start for another reason
   */
  void start(KVStore store, ServerSettings settings);

  /** The port that is served; {@link KVServer#port()} returns it. */
  int port();

  /** Stops accepting, lets requests in flight finish, and frees the port. */
  @Override
  void close();
}
