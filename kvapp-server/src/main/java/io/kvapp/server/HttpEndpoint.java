package io.kvapp.server;

import io.kvapp.Endpoint;
import io.kvapp.KVException;
import io.kvapp.KVStore;
import io.kvapp.ServerSettings;
import io.kvapp.server.auth.Authenticator;
import io.kvapp.server.auth.gate.AllowedHosts;
import io.kvapp.server.auth.gate.BindScope;
import io.kvapp.server.auth.gate.CorsHandler;
import io.kvapp.server.auth.gate.LocalGate;
import io.kvapp.server.auth.gate.TrustedProxies;
import io.kvapp.server.http.connection.HttpListener;
import io.kvapp.server.http.connection.SocketLayer;
import io.kvapp.server.http.message.Handler;
import io.kvapp.server.ops.Drain;
import io.kvapp.server.ops.MetricsEndpoint;
import io.kvapp.server.service.BackupSchedule;
import io.kvapp.server.service.Backups;
import io.kvapp.server.settings.AuthSettings;
import io.kvapp.server.settings.HttpSetting;
import io.kvapp.server.settings.HttpSettings;
import io.kvapp.server.settings.PrefixScope;
import io.kvapp.server.settings.TlsSettings;
import io.kvapp.server.tls.TlsTransport;
import io.kvapp.server.v1.ServerFigures;
import io.kvapp.server.v1.WatchCounts;
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
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

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
  private static final Logger LOG = LoggerFactory.getLogger(HttpEndpoint.class);

  private final HttpSettings httpSettings;
  private final AuthSettings authSettings;
  private final Set<String> allowedHosts;
  private final Set<String> corsOrigins;
  private final TlsSettings tlsSettings;
  private final TrustedProxies proxies;
  private final PrefixScope prefixScope;
  private final Optional<Path> backupDirectory;
  private final LongAdder requests = new LongAdder();

  /** Held by the one piece of upkeep that goes on. */
  private final ReentrantLock upkeep = new ReentrantLock();

  private final WatchCounts watchCounts = new WatchCounts();
  private final Drain drain;
  private Optional<Backups> backups = Optional.empty();
  private Optional<BackupSchedule> schedule = Optional.empty();
  private volatile HttpListener listener;

  /** An endpoint with the defaults, as {@link #builder()} gives them. */
  public HttpEndpoint() {
    this(builder());
  }

  private HttpEndpoint(Builder builder) {
    httpSettings = builder.httpSettings();
    authSettings = builder.authSettings;
    allowedHosts = Set.copyOf(builder.allowedHosts);
    corsOrigins = Set.copyOf(builder.corsOrigins);
    tlsSettings = builder.tlsSettings;
    proxies = builder.proxies;
    prefixScope = builder.prefixScope;
    drain = new Drain(Duration.ofNanos(httpSettings.get(HttpSetting.DRAIN)));
    backupDirectory = Optional.ofNullable(builder.backupDirectory);
    requireBackupDirectory(HttpSetting.KEEP_BACKUPS);
    requireBackupDirectory(HttpSetting.BACKUP_EVERY);
  }

  private void requireBackupDirectory(HttpSetting setting) {
    if (backupDirectory.isEmpty() && httpSettings.get(setting) != setting.defaultValue()) {
      throw new IllegalArgumentException(
          setting.settingName() + ": only with a folder for backups, --backup-dir");
    }
  }

  /** A builder for everything that can be set. */
  public static Builder builder() {
    return new Builder();
  }

  @Override
  public synchronized void start(KVStore store, ServerSettings settings) {
    Objects.requireNonNull(store, "store");
    if (listener != null) {
      throw new KVException.WrongState("the endpoint is started already; make a new one");
    }
    requireUsersForAnyOrigin();
    if (store.isShared()) {
      Authenticator.requireSharedKey(authSettings);
    }
    Authenticator authenticator = Authenticator.open(authSettings, settings);
    backups = openBackups(store, settings);
    RouteTable table =
        new RouteTable(store, settings, authenticator, httpSettings, proxies, this::figures);
    MetricsEndpoint metrics = table.metrics();
    Handler router = table.router(prefixScope, watchCounts, drain, backups, upkeep);
    Handler handler = corsOrigins.isEmpty() ? router : new CorsHandler(corsOrigins, router);
    if (!authenticator.needsCredentials()) {
      handler = gate(settings.host(), handler);
    }
    listener =
        HttpListener.start(
            settings.host(),
            settings.port(),
            httpSettings,
            layer(settings),
            metrics.counting(handler),
            List.of(request -> requests.increment(), metrics.observer()));
    schedule = openSchedule(settings);
  }

  private Optional<Backups> openBackups(KVStore store, ServerSettings settings) {
    long keep = httpSettings.get(HttpSetting.KEEP_BACKUPS);
    return backupDirectory.map(folder -> new Backups(store, folder, keep, settings.clock()));
  }

  private Optional<BackupSchedule> openSchedule(ServerSettings settings) {
    long every = httpSettings.get(HttpSetting.BACKUP_EVERY);
    Optional<BackupSchedule> opened =
        backups
            .filter(made -> every != HttpSetting.BACKUP_EVERY.defaultValue())
            .map(
                made ->
                    new BackupSchedule(made, Duration.ofNanos(every), settings.clock(), upkeep));
    opened.ifPresent(BackupSchedule::start);
    return opened;
  }

  /** The listener answers its first requests before it is known here. */
  private ServerFigures figures() {
    HttpListener started = listener;
    return new ServerFigures(
        started == null ? 0 : started.connections(),
        started == null ? 0 : started.watchers(),
        watchCounts.changes(),
        watchCounts.resets(),
        started == null ? 0 : started.bufferedBytes(),
        requests.sum(),
        started == null ? 0 : started.refusedConnections(),
        httpSettings.getInt(HttpSetting.MAX_CONNECTIONS),
        httpSettings.get(HttpSetting.MAX_BUFFERED_BYTES));
  }

  private void requireUsersForAnyOrigin() {
    if (corsOrigins.contains(CorsHandler.ANY_ORIGIN) && authSettings.usersFile().isEmpty()) {
      throw new KVException(
          "the origin * would let every web page read and write everything, as there are no users;"
              + " name the origins (--cors-origin https://app.example.org), or a users file"
              + " (--users FILE)");
    }
  }

  private Handler gate(String host, Handler inner) {
    String scheme = tlsSettings == null ? "http" : "https";
    AllowedHosts hosts = new AllowedHosts(host, allowedHosts);
    Set<String> pages = RouteTable.pages(httpSettings);
    return new LocalGate(hosts, proxies, corsOrigins, scheme, pages, inner);
  }

  private SocketLayer layer(ServerSettings settings) {
    if (tlsSettings != null) {
      return TlsTransport.open(tlsSettings, settings.clock());
    }
    if (!BindScope.isThisMachineOnly(settings.host())) {
      LOG.warn(
          "listening on {} without TLS, so passwords, tokens and data cross the network in the"
              + " clear; name a certificate (--tls-cert, --tls-key), or listen on localhost behind"
              + " a proxy with TLS",
          settings.host());
    }
    return SocketLayer.PLAIN;
  }

  @Override
  public int port() {
    HttpListener started = listener;
    if (started == null) {
      throw new KVException.WrongState("the endpoint is not started; call start() first");
    }
    return started.port();
  }

  @Override
  public synchronized void close() {
    if (listener != null) {
      drain.run();
      schedule.ifPresent(BackupSchedule::close);
      listener.close();
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

    private HttpSettings httpSettings() {
      HttpSettings settings = HttpSettings.defaults();
      for (Map.Entry<HttpSetting, Long> each : httpSettings.entrySet()) {
        settings = settings.with(each.getKey(), each.getValue());
      }
      return settings;
    }
  }
}
