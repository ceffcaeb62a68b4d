package io.kvapp;

import java.net.URI;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A key-value store with, where one is on the class path, an HTTP endpoint.
 *
 * <pre>{@code
 * KVServer server = new KVServer().start();
 * server.store().put("greeting", "hello");
 * }</pre>
 *
 * <p>{@link #start()} opens the store, then the endpoint, and returns; the JVM stays up while the
 * endpoint runs. {@link #close()} closes the endpoint, then the store, unless the server was given
 * it open. A server is started once.
 *
 * <p>All methods may be called from any thread.
 */
public final class KVServer implements AutoCloseable {
  private enum State {
    NEW,
    RUNNING,
    CLOSED
  }

  private final StoreAddress address;
  private final KVStore givenStore;
  private final StoreOptions options;
  private final ServerSettings settings;
  private final Endpoint chosenEndpoint;
  private final boolean endpointWanted;

  private State state = State.NEW;
  private KVStore store;
  private Endpoint endpoint;

  /** A server on {@code localhost:5000} with its data in {@code ./kv_store}. */
  public KVServer() {
    this(builder());
  }

  /**
   * A server on {@code localhost:5000} with its data in {@code dataFolder}.
   *
   * @throws NullPointerException if {@code dataFolder} is null
   */
  public KVServer(Path dataFolder) {
    this(builder().dataFolder(dataFolder));
  }

  private KVServer(Builder builder) {
    address = builder.address;
    givenStore = builder.store;
    options = builder.options;
    settings = builder.settings();
    chosenEndpoint = builder.endpoint;
    endpointWanted = builder.endpointWanted;
  }

  /** A builder for everything that can be set. */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * Opens the store and starts the endpoint. A start that fails leaves nothing open, and can be
   * tried again.
   *
   * @return this server
   * @throws KVException.WrongState if the server was started or closed before, or more than one
   *     endpoint is on the class path
   * @throws KVException.FolderInUse if another process, or another store of this one, has the
   *     folder open
   * @throws KVException.FolderUnusable if the folder cannot be created, read or written
   * @throws KVException.Corrupt if a file of the store is damaged and {@link Builder#openDamaged}
   *     is not set
   * @throws KVException.UnknownFormat if another version of KVApp wrote the folder
   * @throws KVException.NoSpace if the disk is full
   * @throws KVException.PortInUse if the port is taken
   * @throws KVException if the store or the endpoint cannot be loaded or started for another
   *     reason, such as a jar that is missing, JVM flags that Chronicle Map needs, or a file of the
   *     endpoint that cannot be read
   * @throws IllegalArgumentException if the URI of the store is not one that its provider takes
   */
  public synchronized KVServer start() {
    if (state != State.NEW) {
      throw new KVException.WrongState(
          state == State.RUNNING
              ? "the server is started already; call start() once"
              : "the server is closed; make a new KVServer to start again");
    }
    Endpoint found = endpoint();
    KVStore opened = givenStore == null ? address.open(options) : givenStore;
    try {
      if (found != null) {
        found.start(opened, settings);
      }
    } catch (Throwable failure) {
      closeAfter(failure, found);
      closeAfter(failure, givenStore == null ? opened : null);
      throw failure;
    }
    store = opened;
    endpoint = found;
    state = State.RUNNING;
    return this;
  }

  /**
   * The port that the endpoint listens on.
   *
   * @throws KVException.WrongState if the server is not running or has no endpoint
   */
  public synchronized int port() {
    requireRunning();
    if (endpoint == null) {
      throw new KVException.WrongState(
          "the server has no endpoint and so no port; put kvapp-server on the class path");
    }
    return endpoint.port();
  }

  /**
   * The store.
   *
   * @throws KVException.WrongState if the server is not running
   */
  public synchronized KVStore store() {
    requireRunning();
    return store;
  }

  /**
   * Closes the endpoint, then the store if this server opened it; a second call does nothing.
   *
   * @throws KVException as {@link KVStore#close()}; everything is closed all the same
   */
  @Override
  public synchronized void close() {
    boolean running = state == State.RUNNING;
    state = State.CLOSED;
    if (!running) {
      return;
    }
    try (KVStore closing = givenStore == null ? store : null) {
      if (endpoint != null) {
        endpoint.close();
      }
    }
  }

  private void requireRunning() {
    if (state != State.RUNNING) {
      throw new KVException.WrongState(
          state == State.NEW
              ? "the server is not started; call start() first"
              : "the server is closed; make a new KVServer to go on");
    }
  }

  private Endpoint endpoint() {
    if (!endpointWanted || chosenEndpoint != null) {
      return chosenEndpoint;
    }
    Services<Endpoint> endpoints = Services.find(Endpoint.class);
    List<Endpoint> found = endpoints.loaded();
    if (found.size() > 1) {
      throw new KVException.WrongState(
          "more than one endpoint is on the class path ("
              + found.stream()
                  .map(each -> each.getClass().getName())
                  .collect(Collectors.joining(", "))
              + "); remove one, or name one with KVServer.builder().endpoint(..)");
    }
    if (!found.isEmpty()) {
      endpoints
          .failures()
          .forEach(failure -> log().warn("an endpoint is left out: {}", failure.getMessage()));
      return found.get(0);
    }
    if (!endpoints.failures().isEmpty()) {
      Throwable failure = endpoints.failures().get(0);
      throw new KVException(
          "the endpoint on the class path cannot be loaded ("
              + failure.getMessage()
              + "); correct the class path, or do without one by withoutEndpoint()",
          failure);
    }
    log().info("no endpoint on the class path, so the store is served in process only");
    return null;
  }

  /** Not a field, since a JVM that refuses Chronicle Map could refuse the log's classes first. */
  private static Logger log() {
    return LoggerFactory.getLogger(KVServer.class);
  }

  private static void closeAfter(Throwable failure, AutoCloseable closeable) {
    try {
      if (closeable != null) {
        closeable.close();
      }
    } catch (Exception suppressed) {
      failure.addSuppressed(suppressed);
    }
  }

  /**
   * Sets up a {@link KVServer}; each method names one setting and returns this builder. Of {@code
   * dataFolder}, {@code inMemory} and {@code store} the last call counts.
   *
   * <p>Not thread-safe.
   */
  public static final class Builder {
    private StoreAddress address = StoreAddress.of(ServerSettings.DEFAULT_DATA_FOLDER);
    private KVStore store;
    private StoreOptions options = StoreOptions.defaults();
    private String host = ServerSettings.DEFAULT_HOST;
    private int port = ServerSettings.DEFAULT_PORT;
    private Endpoint endpoint;
    private boolean endpointWanted = true;

    private Builder() {}

    /** The folder that holds the data, made if it is not there; {@code kv_store} by default. */
    public Builder dataFolder(Path folder) {
      return at(StoreAddress.of(Objects.requireNonNull(folder, "dataFolder")));
    }

    /** No files: the data lives in the heap and ends with the server. By default it is a folder. */
    public Builder inMemory() {
      return at(StoreAddress.MEMORY);
    }

    /**
     * Where the store is, as {@link KVStore#open(String, StoreOptions)} takes it; the server opens
     * and closes it. By default it is the folder {@code kv_store}.
     *
     * @throws IllegalArgumentException if it is blank, or neither a path nor a URI
     */
    public Builder store(String pathOrUri) {
      return at(StoreAddress.of(pathOrUri));
    }

    /**
     * Where the store is, as {@link KVStore#open(URI, StoreOptions)} takes it; the server opens and
     * closes it. By default it is the folder {@code kv_store}.
     *
     * @throws IllegalArgumentException if the URI has no scheme, or is no folder's if it is {@code
     *     file:}
     */
    public Builder store(URI uri) {
      return at(StoreAddress.of(uri));
    }

    /**
     * An open store to serve, which the server does not close: the caller does, after the server.
     * By default the server opens one. Durability, largest value, {@code openDamaged}, {@code
     * readOnly} and {@code clock} are those that the store was opened with; the endpoint goes by
     * the clock set here.
     */
    public Builder store(KVStore open) {
      store = Objects.requireNonNull(open, "store");
      return this;
    }

    private Builder at(StoreAddress newAddress) {
      address = newAddress;
      store = null;
      return this;
    }

    /** The name or address to listen on; {@code localhost} by default. */
    public Builder host(String name) {
      host = Objects.requireNonNull(name, "host");
      return this;
    }

    /** The port to listen on; 5000 by default, 0 for any free one. */
    public Builder port(int number) {
      port = number;
      return this;
    }

    /** All settings of the store at once; {@link StoreOptions#defaults()} by default. */
    public Builder options(StoreOptions all) {
      options = Objects.requireNonNull(all, "options");
      return this;
    }

    /** When a write is acknowledged; {@link StoreOptions#DEFAULT_DURABILITY} by default. */
    public Builder durability(Durability level) {
      return options(options.withDurability(level));
    }

    /**
     * The largest value in bytes; {@link StoreOptions#DEFAULT_MAX_VALUE_BYTES} by default.
     *
     * @throws IllegalArgumentException if it is not 1 to {@link StoreOptions#MAX_VALUE_BYTES}
     */
    public Builder maxValueBytes(int bytes) {
      return options(options.withMaxValueBytes(bytes));
    }

    /**
     * How much of the past changes readers of changes can go on from, in bytes; {@link
     * StoreOptions#DEFAULT_WATCH_HISTORY} by default.
     *
     * @throws IllegalArgumentException if it is negative
     */
    public Builder watchHistory(long bytes) {
      return options(options.withWatchHistory(bytes));
    }

    /**
     * Whether a damaged store is opened with what can still be read of it, {@code false} by
     * default; {@link StoreAdmin#recovery()} then says what was dropped.
     */
    public Builder openDamaged(boolean open) {
      return options(options.withOpenDamaged(open));
    }

    /**
     * Whether the store is opened to read only, {@code false} by default; see {@link
     * StoreOptions#withReadOnly}. The endpoint writes nothing into its folder either.
     */
    public Builder readOnly(boolean only) {
      return options(options.withReadOnly(only));
    }

    /** What time it is, for expiry and for the endpoint; the system clock by default. */
    public Builder clock(InstantSource source) {
      return options(options.withClock(source));
    }

    /** The endpoint to serve with; the one on the class path by default. */
    public Builder endpoint(Endpoint server) {
      endpoint = Objects.requireNonNull(server, "endpoint");
      endpointWanted = true;
      return this;
    }

    /** No endpoint, even where one is on the class path: the store is served in process only. */
    public Builder withoutEndpoint() {
      endpoint = null;
      endpointWanted = false;
      return this;
    }

    /**
     * A server with these settings, not yet started.
     *
     * @throws IllegalArgumentException if host or port is outside its range; the message names it
     */
    public KVServer build() {
      return new KVServer(this);
    }

    private ServerSettings settings() {
      boolean own = store == null && !options.readOnly();
      Optional<Path> folder = own ? address.folder() : Optional.empty();
      return new ServerSettings(host, port, folder, options.clock());
    }
  }
}
