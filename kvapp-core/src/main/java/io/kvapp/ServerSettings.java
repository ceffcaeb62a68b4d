package io.kvapp;

import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Objects;
import java.util.Optional;

/**
 * What an {@link Endpoint} is told of the server that it joins; made by {@link KVServer}.
 *
 * <p>Immutable, safe for any thread.
 *
 * @param host the name or address to listen on
 * @param port the port to listen on; 0 for any free one
 * @param dataFolder the folder of the store, which exists; empty where the server has none to write
 *     into, as its store is in memory, elsewhere, or open to read only
 * @param clock what time it is
 */
public record ServerSettings(
    String host, int port, Optional<Path> dataFolder, InstantSource clock) {
  /** The address when none is named. */
  public static final String DEFAULT_HOST = "localhost";

  /** The port when none is named. */
  public static final int DEFAULT_PORT = 5000;

  /** The folder when none is named, in the folder that the process runs in. */
  public static final Path DEFAULT_DATA_FOLDER = Path.of("kv_store");

  /**
   * Checks each field.
   *
   * @throws NullPointerException if one is null
   * @throws IllegalArgumentException if one is outside its range; the message names it
   */
  public ServerSettings {
    Objects.requireNonNull(host, "host");
    Objects.requireNonNull(dataFolder, "dataFolder");
    Objects.requireNonNull(clock, "clock");
    if (host.isBlank()) {
      throw new IllegalArgumentException("host: a name or address, not blank");
    }
    if (port < 0 || port > 65_535) {
      throw new IllegalArgumentException("port: 0 to 65535, not " + port);
    }
  }
}
