package io.kvapp;

import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Objects;

/**
 * How a {@link KVServer} and its store are set up; made by {@link KVServer.Builder}.
 *
 * <p>Immutable, safe for any thread.
 *
 * @param dataFolder where the files are; {@code ./kv_store} by default; null for a store in memory
 * @param host the address to listen on; {@code localhost} by default
 * @param port the port to listen on; 5000 by default, 0 for any free one
 * @param prefixScope what the prefix of the HTTP search matches; {@link PrefixScope#KEYS} by
 *     default
 * @param durability when a write is acknowledged; {@link Durability#OS} by default
 * @param maxValueBytes the largest value in bytes; 16 MiB by default, 256 MiB at most
 * @param openDamaged whether a damaged store is opened with what can still be read of it; false by
 *     default
 * @param clock what time it is, for expiry; the system clock by default
 */
public record Settings(
    Path dataFolder,
    String host,
    int port,
    PrefixScope prefixScope,
    Durability durability,
    int maxValueBytes,
    boolean openDamaged,
    InstantSource clock) {

  /** The folder when none is named. */
  public static final Path DEFAULT_DATA_FOLDER = Path.of("kv_store");

  /** The address when none is named. */
  public static final String DEFAULT_HOST = "localhost";

  /** The port when none is named. */
  public static final int DEFAULT_PORT = 5000;

  /** The longest key in bytes. */
  public static final int MAX_KEY_BYTES = 4_096;

  /** The largest value in bytes when nothing else is set: 16 MiB. */
  public static final int DEFAULT_MAX_VALUE_BYTES = 16 << 20;

  /** The largest value limit that can be set: 256 MiB. */
  public static final int MAX_VALUE_BYTES = 256 << 20;

  /**
   * Checks each field.
   *
   * @throws NullPointerException if anything but {@code dataFolder} is null
   * @throws IllegalArgumentException if a field is outside its range; the message names it
   */
  public Settings {
    Objects.requireNonNull(host, "host");
    Objects.requireNonNull(prefixScope, "prefixScope");
    Objects.requireNonNull(durability, "durability");
    Objects.requireNonNull(clock, "clock");
    if (host.isBlank()) {
      throw new IllegalArgumentException("host: a name or address, not blank");
    }
    if (port < 0 || port > 65_535) {
      throw new IllegalArgumentException("port: 0 to 65535, not " + port);
    }
    if (maxValueBytes < 1 || maxValueBytes > MAX_VALUE_BYTES) {
      throw new IllegalArgumentException(
          "maxValueBytes: 1 to " + MAX_VALUE_BYTES + ", not " + maxValueBytes);
    }
  }
}
