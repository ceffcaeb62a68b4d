package io.kvapp.server;

import io.kvapp.Endpoint;
import io.kvapp.KVException;
import io.kvapp.KVStore;
import io.kvapp.ServerSettings;
import io.kvapp.server.auth.gate.AllowedHosts;
import io.kvapp.server.auth.gate.CorsHandler;
import io.kvapp.server.auth.gate.TrustedProxies;
import io.kvapp.server.settings.AuthSettings;
import io.kvapp.server.settings.HttpSetting;
import io.kvapp.server.settings.HttpSettings;
import io.kvapp.server.settings.PrefixScope;
import io.kvapp.server.settings.TlsSettings;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.EnumMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * The HTTP server of a {@link io.kvapp.KVServer}, which finds it on the class path by itself.
 *
 * <p>To set more than address and port, hand one over:
 *
 * <pre>{@code
 * KVServer.builder()
 *     .endpoint(HttpEndpoint.builder().maxBodyBytes(16 << 20).build())
 *     .build();
 * }</pre>
 *
 * <p>All methods may be called from any thread.
 */
public final class HttpEndpoint implements Endpoint {
  private final EndpointSettings endpointSettings;
  private volatile RunningEndpoint running;

  /** An endpoint with the defaults, as {@link #builder()} gives them. */
  public HttpEndpoint() {
    this(builder());
  }

  private HttpEndpoint(Builder builder) {
    endpointSettings = builder.settings();
  }

  /** A builder for everything that can be set. */
  public static Builder builder() {
    return new Builder();
  }

  @Override
  public synchronized void start(KVStore store, ServerSettings settings) {
    Objects.requireNonNull(store, "store");
    if (running != null) {
      throw new KVException.WrongState("the endpoint is started already; make a new one");
    }
    running = RunningEndpoint.start(endpointSettings, store, settings);
  }

  @Override
  public int port() {
    RunningEndpoint started = running;
    if (started == null) {
      throw new KVException.WrongState("the endpoint is not started; call start() first");
    }
    return started.port();
  }

  @Override
  public synchronized void close() {
    if (running != null) {
      running.close();
    }
  }

  /** Sets up an {@link HttpEndpoint}; each method names one setting and returns this builder. */
  public static final class Builder {
    private final Map<HttpSetting, Long> httpSettings = new EnumMap<>(HttpSetting.class);
    private final Set<String> allowedHosts = new LinkedHashSet<>();
    private final Set<String> corsOrigins = new LinkedHashSet<>();
    private AuthSettings authSettings = AuthSettings.defaults();
    private TlsSettings tlsSettings;
    private TrustedProxies proxies = new TrustedProxies(List.of());
    private PrefixScope prefixScope = PrefixScope.KEYS;
    private Path backupDirectory;

    private Builder() {}

    /**
     * How tokens are issued, made and checked; by default callers on this machine get one, and the
     * endpoint listens at an address of this machine only.
     */
    public Builder auth(AuthSettings settings) {
      authSettings = Objects.requireNonNull(settings, "auth");
      return this;
    }

    /**
     * More names of this machine that the header {@code Host} of a request may have where there are
     * no users, such as one in {@code /etc/hosts}; none by default. {@code localhost}, names that
     * end in {@code .localhost}, loopback addresses and the host that the server listens on are
     * always allowed. A request for any other host is refused with 403.
     *
     * @throws IllegalArgumentException if one is not a name or address, or has a port
     */
    public Builder allowedHosts(Collection<String> hosts) {
      allowedHosts.clear();
      hosts.forEach(host -> allowedHosts.add(AllowedHosts.requireHost(host)));
      return this;
    }

    /**
     * The origins of web pages whose scripts may use the server, such as {@code
     * https://app.example.org}; none by default. Without users, requests of pages from other
     * origins are refused with 403. With users, {@code *} stands for every origin.
     *
     * @throws IllegalArgumentException if one is neither {@code *} nor scheme and host, with or
     *     without a port
     */
    public Builder corsOrigins(Collection<String> origins) {
      corsOrigins.clear();
      origins.forEach(origin -> corsOrigins.add(CorsHandler.requireOrigin(origin)));
      return this;
    }

    /** The certificate to speak TLS with; by default there is none, and HTTP is in the clear. */
    public Builder tls(TlsSettings settings) {
      tlsSettings = Objects.requireNonNull(settings, "tls");
      return this;
    }

    /**
     * The addresses of proxies that put the address of their caller last into {@code
     * X-Forwarded-For}; none by default. All requests through any other proxy count as one client
     * where guessing is slowed down, and are refused with 403 where there are no users.
     */
    public Builder trustedProxies(Collection<InetAddress> addresses) {
      proxies = new TrustedProxies(addresses);
      return this;
    }

    /**
     * The folder that {@code POST /v1/admin/backup} writes into, for this server alone; without it
     * there are no backups. Each is read again before it counts as one.
     */
    public Builder backupDirectory(Path folder) {
      backupDirectory = Objects.requireNonNull(folder, "backupDirectory");
      return this;
    }

    /**
     * How many backups that folder keeps; all by default. Each one beyond it, by HTTP or by
     * schedule, removes the oldest.
     */
    public Builder keepBackups(long count) {
      return set(HttpSetting.KEEP_BACKUPS, count);
    }

    /**
     * How often a backup is made there without being asked for, at least a second apart; never by
     * default. The first is made at once, unless there is one from before that is recent enough.
     */
    public Builder backupEvery(Duration time) {
      return set(HttpSetting.BACKUP_EVERY, HttpSettings.nanos(HttpSetting.BACKUP_EVERY, time));
    }

    /** The longest request line; 16 KiB by default; beyond it the answer is 414. */
    public Builder maxRequestLineBytes(int bytes) {
      return set(HttpSetting.MAX_REQUEST_LINE_BYTES, bytes);
    }

    /** The largest head of a request; 32 KiB by default; beyond it the answer is 431. */
    public Builder maxHeadBytes(int bytes) {
      return set(HttpSetting.MAX_HEAD_BYTES, bytes);
    }

    /** The most headers of a request; 100 by default; beyond it the answer is 431. */
    public Builder maxHeaders(int count) {
      return set(HttpSetting.MAX_HEADERS, count);
    }

    /** The largest body of a request; 1 MiB by default; beyond it the answer is 413. */
    public Builder maxBodyBytes(int bytes) {
      return set(HttpSetting.MAX_BODY_BYTES, bytes);
    }

    /**
     * The most bytes of keys and values that one transaction writes and reads together; 16 MiB by
     * default, and always at least what one entry may have; beyond it the answer is 413.
     */
    public Builder maxTxnBytes(int bytes) {
      return set(HttpSetting.MAX_TXN_BYTES, bytes);
    }

    /**
     * The most operations of one transaction, and the most conditions; 10,000 of each by default;
     * beyond it the answer is 413.
     */
    public Builder maxTxnOperations(int count) {
      return set(HttpSetting.MAX_TXN_OPERATIONS, count);
    }

    /** How long a head may take from its first byte; 10 seconds by default; then 408. */
    public Builder headTimeout(Duration timeout) {
      return set(HttpSetting.HEAD_TIMEOUT, HttpSettings.nanos(HttpSetting.HEAD_TIMEOUT, timeout));
    }

    /** How long each 64 KiB of a body may take; 30 seconds by default; then the answer is 408. */
    public Builder bodyTimeout(Duration timeout) {
      return set(HttpSetting.BODY_TIMEOUT, HttpSettings.nanos(HttpSetting.BODY_TIMEOUT, timeout));
    }

    /** How long a connection may wait for a request before it is closed; 60 seconds by default. */
    public Builder idleTimeout(Duration timeout) {
      return set(HttpSetting.IDLE_TIMEOUT, HttpSettings.nanos(HttpSetting.IDLE_TIMEOUT, timeout));
    }

    /**
     * How long a client may take to accept one piece of a response, 64 KiB at most, before the
     * connection is closed; 30 seconds by default.
     */
    public Builder writeTimeout(Duration timeout) {
      return set(HttpSetting.WRITE_TIMEOUT, HttpSettings.nanos(HttpSetting.WRITE_TIMEOUT, timeout));
    }

    /** How long requests in flight may take to finish at {@code close}; 10 seconds by default. */
    public Builder stopTimeout(Duration timeout) {
      return set(HttpSetting.STOP_TIMEOUT, HttpSettings.nanos(HttpSetting.STOP_TIMEOUT, timeout));
    }

    /**
     * How long {@code close} waits before it closes the port, while {@code /readyz} answers 503 and
     * all else is served, so that load balancers have time to send requests elsewhere; not at all
     * by default. An interrupt of the closing thread ends it early.
     */
    public Builder drain(Duration time) {
      return set(HttpSetting.DRAIN, HttpSettings.nanos(HttpSetting.DRAIN, time));
    }

    /**
     * The most connections at a time; 1,024 by default. One more ends the connection that has been
     * idle for longest; where none is idle, the answer is 503.
     */
    public Builder maxConnections(int count) {
      return set(HttpSetting.MAX_CONNECTIONS, count);
    }

    /**
     * The most responses at a time that last: streams of changes, and requests that wait for one;
     * 256 by default. Beyond it the answer is 503. They do not count as connections.
     */
    public Builder maxWatchers(int count) {
      return set(HttpSetting.MAX_WATCHERS, count);
    }

    /** The most connections that wait to be accepted; 1,024 by default. */
    public Builder backlog(int count) {
      return set(HttpSetting.BACKLOG, count);
    }

    /**
     * The most heap that all requests together fill with bodies and responses, beyond some 20 KiB
     * that each connection always has; a quarter of the largest heap by default. A request that
     * wants more waits a while, then the answer is 503.
     */
    public Builder maxBufferedBytes(long bytes) {
      return set(HttpSetting.MAX_BUFFERED_BYTES, bytes);
    }

    /** What the prefix of a search matches; {@link PrefixScope#KEYS} by default. */
    public Builder prefixScope(PrefixScope scope) {
      prefixScope = Objects.requireNonNull(scope, "prefixScope");
      return this;
    }

    /**
     * The most entries that a search by prefix may find; no limit by default. Beyond it the answer
     * is 413, never a part of the result. A search with a limit adds up the sizes of what it finds
     * first, without the values unless it is one of values.
     */
    public Builder maxSearchEntries(long count) {
      return set(HttpSetting.MAX_SEARCH_ENTRIES, count);
    }

    /**
     * The most bytes of keys and values that a search by prefix may find, as {@link
     * #maxSearchEntries}; no limit by default.
     */
    public Builder maxSearchBytes(long bytes) {
      return set(HttpSetting.MAX_SEARCH_BYTES, bytes);
    }

    /**
     * Whether the logger {@code io.kvapp.access} gets a line for each request: method, route,
     * status, bytes, microseconds, user, request id. Not by default.
     */
    public Builder accessLog(boolean wanted) {
      return set(HttpSetting.ACCESS_LOG, wanted ? 1 : 0);
    }

    /**
     * From which time on a request is slow: the logger {@code io.kvapp.slow} then gets the line of
     * {@link #accessLog}. Never by default, and never for streams and requests that wait for a
     * change.
     */
    public Builder slow(Duration time) {
      return set(HttpSetting.SLOW, HttpSettings.nanos(HttpSetting.SLOW, time));
    }

    /** Whether browsers get the console at {@code /} and {@code /console/}; they do by default. */
    public Builder console(boolean wanted) {
      return set(HttpSetting.NO_CONSOLE, wanted ? 0 : 1);
    }

    /** Any of the limits and deadlines, as {@link HttpSetting} declares it. */
    public Builder set(HttpSetting setting, long value) {
      httpSettings.put(Objects.requireNonNull(setting, "setting"), value);
      return this;
    }

    /**
     * An endpoint with these settings, not yet started.
     *
     * @throws IllegalArgumentException if a setting is outside its range; the message names it
     */
    public HttpEndpoint build() {
      return new HttpEndpoint(this);
    }

    private EndpointSettings settings() {
      HttpSettings settings = HttpSettings.defaults();
      for (Map.Entry<HttpSetting, Long> each : httpSettings.entrySet()) {
        settings = settings.with(each.getKey(), each.getValue());
      }
      return new EndpointSettings(
          settings,
          authSettings,
          allowedHosts,
          corsOrigins,
          Optional.ofNullable(tlsSettings),
          proxies,
          prefixScope,
          Optional.ofNullable(backupDirectory));
    }
  }
}
