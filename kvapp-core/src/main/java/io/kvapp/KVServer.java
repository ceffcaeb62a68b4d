package io.kvapp;

import io.kvapp.engine.DiskStore;
import io.kvapp.engine.memory.InMemoryStore;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.ServiceLoader;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
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
 * endpoint runs. {@link #close()} closes the endpoint, then the store. A server is started once.
 *
 * <p>All methods may be called from any thread.
 */
public final class KVServer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(KVServer.class);

  private enum State {
    NEW,
    RUNNING,
    CLOSED
  }

  private final Settings settings;
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
   * @throws KVException.FolderInUse if another process, or another server, has the folder open
   * @throws KVException.FolderUnusable if the folder cannot be created or written
   * @throws KVException.PortInUse if the port is taken
   * @throws KVException.Corrupt if a file of the store is damaged
   * @throws KVException if the JVM keeps Chronicle Map out; the message names the missing flags
   */
  public synchronized KVServer start() {
    if (state != State.NEW) {
      throw new KVException.WrongState(
          state == State.RUNNING
              ? "the server is started already; call start() once"
              : "the server is closed; make a new KVServer to start again");
    }
    Endpoint found = endpoint();
    KVStore opened =
        settings.dataFolder() == null ? new InMemoryStore(settings) : DiskStore.open(settings);
    try {
      if (found != null) {
        found.start(opened, settings);
      }
    } catch (Throwable failure) {
      closeAfter(failure, found);
      closeAfter(failure, opened);
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

  /** What this server was set up with. */
  public Settings settings() {
    return settings;
  }

  /** Closes the endpoint, then the store; a second call does nothing. */
  @Override
  public synchronized void close() {
    boolean running = state == State.RUNNING;
    state = State.CLOSED;
    if (!running) {
      return;
    }
    try (KVStore closing = store) {
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
    // The thread's context class loader may be none, or have another copy of KVApp.
    ServiceLoader<Endpoint> loader =
        ServiceLoader.load(Endpoint.class, KVServer.class.getClassLoader());
    List<Endpoint> found = StreamSupport.stream(loader.spliterator(), false).toList();
    if (found.size() > 1) {
      throw new KVException.WrongState(
          "more than one endpoint is on the class path ("
              + found.stream()
                  .map(each -> each.getClass().getName())
                  .collect(Collectors.joining(", "))
              + "); remove one, or name one with KVServer.builder().endpoint(..)");
    }
    Iterator<Endpoint> first = found.iterator();
    if (!first.hasNext()) {
      LOG.info("no endpoint on the class path, so the store is served in process only");
      return null;
    }
    return first.next();
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

  /** Sets up a {@link KVServer}; each method names one setting and returns this builder. */
  public static final class Builder {
    private Path dataFolder = Settings.DEFAULT_DATA_FOLDER;
    private String host = Settings.DEFAULT_HOST;
    private int port = Settings.DEFAULT_PORT;
    private PrefixScope prefixScope = PrefixScope.KEYS;
    private Durability durability = Durability.OS;
    private int maxValueBytes = Settings.DEFAULT_MAX_VALUE_BYTES;
    private boolean openDamaged;
    private InstantSource clock = InstantSource.system();
    private Endpoint endpoint;
    private boolean endpointWanted = true;

    private Builder() {}

    /** The folder that holds the data; made if it is not there. */
    public Builder dataFolder(Path folder) {
      dataFolder = Objects.requireNonNull(folder, "dataFolder");
      return this;
    }

    /** No files: the data lives in the heap and ends with the server. */
    public Builder inMemory() {
      dataFolder = null;
      return this;
    }

    /** The name or address to listen on. */
    public Builder host(String name) {
      host = Objects.requireNonNull(name, "host");
      return this;
    }

    /** The port to listen on; 0 for any free one. */
    public Builder port(int number) {
      port = number;
      return this;
    }

    /** What the prefix of the HTTP search matches. */
    public Builder prefixScope(PrefixScope scope) {
      prefixScope = scope;
      return this;
    }

    /** When a write is acknowledged. */
    public Builder durability(Durability level) {
      durability = level;
      return this;
    }

    /** The largest value in bytes. */
    public Builder maxValueBytes(int bytes) {
      maxValueBytes = bytes;
      return this;
    }

    /**
     * Whether a damaged store is opened with what can still be read of it; {@link
     * KVStore#recovery()} then says what was dropped.
     */
    public Builder openDamaged(boolean open) {
      openDamaged = open;
      return this;
    }

    /** What time it is, for expiry. */
    public Builder clock(InstantSource source) {
      clock = source;
      return this;
    }

    /** The endpoint to serve with, in place of the one on the class path. */
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
     * @throws IllegalArgumentException if a setting is outside its range; the message names it
     */
    public KVServer build() {
      return new KVServer(this);
    }

    private Settings settings() {
      return new Settings(
          dataFolder, host, port, prefixScope, durability, maxValueBytes, openDamaged, clock);
    }
  }
}
