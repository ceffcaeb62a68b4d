package io.kvapp.server.settings;

import io.kvapp.server.http.connection.HttpListener;
import java.time.Duration;
import java.util.Objects;

/**
 * The limits and deadlines of a {@link HttpListener}.
 *
 * <p>Immutable, safe for any thread.
 *
 * @param maxRequestLineBytes the longest request line; 8 KiB by default; beyond it 414
 * @param maxHeadBytes the largest head, request line included; 16 KiB by default; beyond it 431
 * @param maxHeaders the most headers of a request; 100 by default; beyond it 431
 * @param maxBodyBytes the largest body; 1 MiB by default; beyond it 413
 * @param headTimeout how long a head may take from its first byte; 10 seconds by default; then 408
 * @param bodyTimeout how long a body may take; 30 seconds by default; then 408
 * @param idleTimeout how long a connection may wait for a request; 60 seconds by default; then it
 *     is closed
 * @param writeTimeout how long a client may take to accept one piece of a response, 64 KiB at most;
 *     30 seconds by default; then the connection is closed
 * @param stopTimeout how long requests in flight may take to finish once the listener is closed; 10
 *     seconds by default
 * @param maxConnections the most connections at a time, each with a thread; 1,024 by default;
 *     beyond it 503
 * @param backlog the most connections that wait to be accepted; 1,024 by default
 * @param maxBufferedBytes the most heap that all connections together fill with bodies and
 *     responses, beyond some 20 KiB that each always has; a quarter of the largest heap by default;
 *     beyond it 503
 * @param accessLog whether the logger {@code io.kvapp.access} gets a line for each request; not by
 *     default
 */
public record HttpSettings(
    int maxRequestLineBytes,
    int maxHeadBytes,
    int maxHeaders,
    int maxBodyBytes,
    Duration headTimeout,
    Duration bodyTimeout,
    Duration idleTimeout,
    Duration writeTimeout,
    Duration stopTimeout,
    int maxConnections,
    int backlog,
    long maxBufferedBytes,
    boolean accessLog) {

  /** The largest body limit that can be set: 512 MiB. */
  public static final int MAX_BODY_BYTES = 512 << 20;

  private static final long MIN_BUFFERED_BYTES = 1 << 20;
  private static final Duration MAX_TIMEOUT = Duration.ofDays(1);

  /**
   * Checks each field.
   *
   * @throws IllegalArgumentException if a field is outside its range; the message names it
   */
  public HttpSettings {
    requireRange("maxRequestLineBytes", maxRequestLineBytes, 64, 1 << 20);
    requireRange("maxHeadBytes", maxHeadBytes, 256, 1 << 20);
    requireRange("maxHeaders", maxHeaders, 1, 10_000);
    requireRange("maxBodyBytes", maxBodyBytes, 0, MAX_BODY_BYTES);
    requireTimeout("headTimeout", headTimeout);
    requireTimeout("bodyTimeout", bodyTimeout);
    requireTimeout("idleTimeout", idleTimeout);
    requireTimeout("writeTimeout", writeTimeout);
    requireTimeout("stopTimeout", stopTimeout);
    requireRange("maxConnections", maxConnections, 1, 100_000);
    requireRange("backlog", backlog, 1, 1 << 16);
    if (maxBufferedBytes < MIN_BUFFERED_BYTES) {
      throw new IllegalArgumentException(
          "maxBufferedBytes: at least " + MIN_BUFFERED_BYTES + ", not " + maxBufferedBytes);
    }
  }

  /** The defaults. */
  public static HttpSettings defaults() {
    return new HttpSettings(
        8 << 10,
        16 << 10,
        100,
        1 << 20,
        Duration.ofSeconds(10),
        Duration.ofSeconds(30),
        Duration.ofSeconds(60),
        Duration.ofSeconds(30),
        Duration.ofSeconds(10),
        1_024,
        1_024,
        Math.max(MIN_BUFFERED_BYTES, Runtime.getRuntime().maxMemory() / 4),
        false);
  }

  private static void requireRange(String name, int value, int least, int most) {
    if (value < least || value > most) {
      throw new IllegalArgumentException(name + ": " + least + " to " + most + ", not " + value);
    }
  }

  private static void requireTimeout(String name, Duration value) {
    Objects.requireNonNull(value, name);
    if (value.toMillis() < 1 || value.compareTo(MAX_TIMEOUT) > 0) {
      throw new IllegalArgumentException(name + ": 1 ms to 24 hours, not " + value);
    }
  }
}
