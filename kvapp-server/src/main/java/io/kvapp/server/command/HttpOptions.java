package io.kvapp.server.command;

import io.kvapp.server.HttpEndpoint;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import picocli.CommandLine.Option;

/** The limits and deadlines of connections and requests; null where an option was not given. */
final class HttpOptions {
  @Option(
      names = "--trusted-proxy",
      paramLabel = "ADDRESS",
      description =
          "The address of a proxy that puts the address of its caller last into X-Forwarded-For; may"
              + " be given more than once. Default: none.")
  private List<InetAddress> trustedProxies;

  @Option(
      names = "--max-body",
      paramLabel = "SIZE",
      converter = BytesConverter.class,
      description = "The largest body of a request; beyond it 413. Default: 1MiB.")
  private Integer maxBodyBytes;

  @Option(
      names = "--max-head",
      paramLabel = "SIZE",
      converter = BytesConverter.class,
      description = "The largest head of a request; beyond it 431. Default: 16KiB.")
  private Integer maxHeadBytes;

  @Option(
      names = "--max-request-line",
      paramLabel = "SIZE",
      converter = BytesConverter.class,
      description = "The longest request line; beyond it 414. Default: 8KiB.")
  private Integer maxRequestLineBytes;

  @Option(
      names = "--max-headers",
      paramLabel = "N",
      description = "The most headers of a request; beyond it 431. Default: 100.")
  private Integer maxHeaders;

  @Option(
      names = "--max-connections",
      paramLabel = "N",
      description = "The most connections at a time; beyond it 503. Default: 1024.")
  private Integer maxConnections;

  @Option(
      names = "--backlog",
      paramLabel = "N",
      description = "The most connections that wait to be accepted. Default: 1024.")
  private Integer backlog;

  @Option(
      names = "--head-timeout",
      paramLabel = "TIME",
      converter = DurationConverter.class,
      description = "How long the head of a request may take; then 408. Default: 10s.")
  private Duration headTimeout;

  @Option(
      names = "--body-timeout",
      paramLabel = "TIME",
      converter = DurationConverter.class,
      description = "How long the body of a request may take; then 408. Default: 30s.")
  private Duration bodyTimeout;

  @Option(
      names = "--idle-timeout",
      paramLabel = "TIME",
      converter = DurationConverter.class,
      description = "How long a connection may wait for a request. Default: 60s.")
  private Duration idleTimeout;

  @Option(
      names = "--write-timeout",
      paramLabel = "TIME",
      converter = DurationConverter.class,
      description = "How long a client may take to accept a piece of a response. Default: 30s.")
  private Duration writeTimeout;

  @Option(
      names = "--stop-timeout",
      paramLabel = "TIME",
      converter = DurationConverter.class,
      description = "How long requests in flight may take once the server stops. Default: 10s.")
  private Duration stopTimeout;

  @Option(
      names = "--max-buffered",
      paramLabel = "SIZE",
      converter = LongBytesConverter.class,
      description =
          "The most heap that all requests together fill with large bodies and responses; beyond it"
              + " 503. Default: a quarter of the heap.")
  private Long maxBufferedBytes;

  @Option(
      names = "--max-search-entries",
      paramLabel = "N",
      description =
          "The most entries that a search by prefix may find; beyond it 413. Default: no limit.")
  private Long maxSearchEntries;

  @Option(
      names = "--max-search-bytes",
      paramLabel = "SIZE",
      converter = LongBytesConverter.class,
      description =
          "The most bytes of keys and values that a search by prefix may find; beyond it 413."
              + " Default: no limit.")
  private Long maxSearchBytes;

  @Option(
      names = "--cors-origin",
      paramLabel = "ORIGIN",
      description =
          "An origin of web pages whose scripts may use the server, such as"
              + " https://app.example.org; may be given more than once. Default: none.")
  private List<String> corsOrigins;

  @Option(
      names = "--access-log",
      description =
          "Logs a line for each request: method, path, status, bytes, microseconds, user, request"
              + " id.")
  private boolean accessLog;

  /** Sets what was given. */
  void applyTo(HttpEndpoint.Builder endpoint) {
    if (trustedProxies != null) {
      endpoint.trustedProxies(trustedProxies);
    }
    if (maxBodyBytes != null) {
      endpoint.maxBodyBytes(maxBodyBytes);
    }
    if (maxHeadBytes != null) {
      endpoint.maxHeadBytes(maxHeadBytes);
    }
    if (maxRequestLineBytes != null) {
      endpoint.maxRequestLineBytes(maxRequestLineBytes);
    }
    if (maxHeaders != null) {
      endpoint.maxHeaders(maxHeaders);
    }
    if (maxConnections != null) {
      endpoint.maxConnections(maxConnections);
    }
    if (backlog != null) {
      endpoint.backlog(backlog);
    }
    if (headTimeout != null) {
      endpoint.headTimeout(headTimeout);
    }
    if (bodyTimeout != null) {
      endpoint.bodyTimeout(bodyTimeout);
    }
    if (idleTimeout != null) {
      endpoint.idleTimeout(idleTimeout);
    }
    if (writeTimeout != null) {
      endpoint.writeTimeout(writeTimeout);
    }
    if (maxBufferedBytes != null) {
      endpoint.maxBufferedBytes(maxBufferedBytes);
    }
    if (maxSearchEntries != null) {
      endpoint.maxSearchEntries(maxSearchEntries);
    }
    if (maxSearchBytes != null) {
      endpoint.maxSearchBytes(maxSearchBytes);
    }
    if (corsOrigins != null) {
      endpoint.corsOrigins(corsOrigins);
    }
    endpoint.accessLog(accessLog);
    if (stopTimeout != null) {
      endpoint.stopTimeout(stopTimeout);
    }
  }
}
