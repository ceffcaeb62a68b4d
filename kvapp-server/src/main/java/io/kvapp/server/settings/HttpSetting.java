package io.kvapp.server.settings;

import java.time.Duration;

/**
 * Every limit and deadline of the HTTP endpoint, each declared once: its name, its option on the
 * command line, its default, its range and what it means. Sizes are in bytes, times in nanoseconds.
 *
 * <p>Immutable, safe for any thread.
 */
public enum HttpSetting {
  MAX_BODY_BYTES(
      "maxBodyBytes",
      "--max-body",
      Unit.BYTES,
      1 << 20,
      0,
      512 << 20,
      "The largest body of a request; beyond it 413."),
  MAX_TXN_BYTES(
      "maxTxnBytes",
      "--max-txn",
      Unit.BYTES,
      16 << 20,
      1,
      512 << 20,
      "The most bytes of keys and values that a transaction writes and reads, but always one entry;"
          + " beyond it 413."),
  MAX_TXN_OPERATIONS(
      "maxTxnOperations",
      "--max-txn-operations",
      Unit.COUNT,
      10_000,
      1,
      1_000_000,
      "The most operations of a transaction, and the most conditions; beyond it 413."),
  MAX_HEAD_BYTES(
      "maxHeadBytes",
      "--max-head",
      Unit.BYTES,
      32 << 10,
      256,
      1 << 20,
      "The largest head of a request; beyond it 431."),
  MAX_REQUEST_LINE_BYTES(
      "maxRequestLineBytes",
      "--max-request-line",
      Unit.BYTES,
      16 << 10,
      64,
      1 << 20,
      "The longest request line; beyond it 414."),
  MAX_HEADERS(
      "maxHeaders",
      "--max-headers",
      Unit.COUNT,
      100,
      1,
      10_000,
      "The most headers of a request; beyond it 431."),
  MAX_CONNECTIONS(
      "maxConnections",
      "--max-connections",
      Unit.COUNT,
      1_024,
      1,
      100_000,
      "The most connections at a time; beyond it the longest idle one ends, or else 503."),
  MAX_WATCHERS(
      "maxWatchers",
      "--max-watchers",
      Unit.COUNT,
      256,
      0,
      100_000,
      "The most streams of changes and requests that wait for one, besides the connections; beyond"
          + " it 503."),
  BACKLOG(
      "backlog",
      "--backlog",
      Unit.COUNT,
      1_024,
      1,
      1 << 16,
      "The most connections that wait to be accepted."),
  HEAD_TIMEOUT(
      "headTimeout",
      "--head-timeout",
      Duration.ofSeconds(10),
      "How long the head of a request may take; then 408."),
  BODY_TIMEOUT(
      "bodyTimeout",
      "--body-timeout",
      Duration.ofSeconds(30),
      "How long each 64 KiB of a body may take; then 408."),
  IDLE_TIMEOUT(
      "idleTimeout",
      "--idle-timeout",
      Duration.ofSeconds(60),
      "How long a connection may wait for a request."),
  WRITE_TIMEOUT(
      "writeTimeout",
      "--write-timeout",
      Duration.ofSeconds(30),
      "How long a client may take to accept a piece of a response."),
  STOP_TIMEOUT(
      "stopTimeout",
      "--stop-timeout",
      Duration.ofSeconds(10),
      "How long requests in flight may take once the server stops."),
  DRAIN(
      "drain",
      "--drain",
      Unit.TIME,
      0,
      0,
      Duration.ofDays(1).toNanos(),
      "How long a server that is told to stop still serves, while /readyz says that it stops."),
  MAX_BUFFERED_BYTES(
      "maxBufferedBytes",
      "--max-buffered",
      Unit.BYTES,
      Math.max(1 << 20, Runtime.getRuntime().maxMemory() / 4),
      1 << 20,
      Long.MAX_VALUE,
      "The most heap that all requests together fill with large bodies and responses; beyond it"
          + " 503.") {
    @Override
    public String defaultText() {
      return "a quarter of the heap";
    }
  },
  KEEP_BACKUPS(
      "keepBackups",
      "--keep",
      Unit.COUNT,
      Long.MAX_VALUE,
      1,
      Long.MAX_VALUE,
      "How many backups --backup-dir keeps; each one beyond it removes the oldest."),
  BACKUP_EVERY(
      "backupEvery",
      "--backup-every",
      Unit.TIME,
      Long.MAX_VALUE,
      Duration.ofSeconds(1).toNanos(),
      Long.MAX_VALUE,
      "How often a backup is made into --backup-dir by itself."),
  MAX_SEARCH_ENTRIES(
      "maxSearchEntries",
      "--max-search-entries",
      Unit.COUNT,
      Long.MAX_VALUE,
      1,
      Long.MAX_VALUE,
      "The most entries that a search by prefix may find; beyond it 413."),
  MAX_SEARCH_BYTES(
      "maxSearchBytes",
      "--max-search-bytes",
      Unit.BYTES,
      Long.MAX_VALUE,
      1,
      Long.MAX_VALUE,
      "The most bytes of keys and values that a search by prefix may find; beyond it 413."),
  SLOW(
      "slow",
      "--slow",
      Unit.TIME,
      Long.MAX_VALUE,
      Duration.ofMillis(1).toNanos(),
      Long.MAX_VALUE,
      "Logs a line, as --access-log does, for each request that takes so long."),
  ACCESS_LOG(
      "accessLog",
      "--access-log",
      Unit.SWITCH,
      0,
      0,
      1,
      "Logs a line for each request: method, route, status, bytes, microseconds, user, request id."),
  NO_CONSOLE(
      "console",
      "--no-console",
      Unit.SWITCH,
      0,
      0,
      1,
      "Serves no console: / and /console/ are unknown paths.");

  /** What the value of a setting counts. */
  public enum Unit {
    /** Things. */
    COUNT,
    /** Bytes. */
    BYTES,
    /** Nanoseconds. */
    TIME,
    /** 1 for on, 0 for off. */
    SWITCH
  }

  private final String settingName;
  private final String option;
  private final Unit unit;
  private final long defaultValue;
  private final long min;
  private final long max;
  private final String description;

  HttpSetting(
      String settingName,
      String option,
      Unit unit,
      long defaultValue,
      long min,
      long max,
      String description) {
    this.settingName = settingName;
    this.option = option;
    this.unit = unit;
    this.defaultValue = defaultValue;
    this.min = min;
    this.max = max;
    this.description = description;
  }

  HttpSetting(String settingName, String option, Duration defaultTime, String description) {
    this(
        settingName,
        option,
        Unit.TIME,
        defaultTime.toNanos(),
        Duration.ofMillis(1).toNanos(),
        Duration.ofDays(1).toNanos(),
        description);
  }

  /** The name of its builder method, which errors begin with. */
  public String settingName() {
    return settingName;
  }

  /** Its option on the command line. */
  public String option() {
    return option;
  }

  /** What its value counts. */
  public Unit unit() {
    return unit;
  }

  /** Its value where none is set. */
  public long defaultValue() {
    return defaultValue;
  }

  /** Its value where none is set, for people. */
  public String defaultText() {
    if (defaultValue == Long.MAX_VALUE) {
      return unit == Unit.TIME ? "never" : "no limit";
    }
    return switch (unit) {
      case COUNT -> Long.toString(defaultValue);
      case BYTES ->
          defaultValue % (1 << 20) == 0
              ? (defaultValue >> 20) + "MiB"
              : (defaultValue >> 10) + "KiB";
      case TIME -> Duration.ofNanos(defaultValue).toSeconds() + "s";
      case SWITCH -> defaultValue == 0 ? "off" : "on";
    };
  }

  /** Whether its value always fits an int. */
  public boolean isInt() {
    return max <= Integer.MAX_VALUE;
  }

  /** What it means, in one sentence. */
  public String description() {
    return description;
  }

  /** The value if it is within the range. */
  long checked(long value) {
    if (value < min || value > max) {
      Object wrong = unit == Unit.TIME ? Duration.ofNanos(value) : value;
      throw new IllegalArgumentException(settingName + ": " + range() + ", not " + wrong);
    }
    return value;
  }

  private String range() {
    if (unit == Unit.TIME) {
      long millis = Duration.ofNanos(min).toMillis();
      return max == Long.MAX_VALUE ? "at least " + millis + " ms" : millis + " ms to 24 hours";
    }
    return max == Long.MAX_VALUE ? "at least " + min : min + " to " + max;
  }
}
