package io.kvapp.bench.engine;

import java.io.IOException;
import java.time.Duration;
import java.util.List;

/** The stores under comparison. */
public enum EngineKind {
  /** KVApp itself. */
  KVAPP("KVApp", Role.SUBJECT, true, List.of()) {
    @Override
    public Engine open(EngineSettings settings) {
      return new KVAppEngine(settings);
    }

    @Override
    public Duration quietFor() {
      // It merges snapshots once nobody has written for five seconds.
      return Duration.ofSeconds(6);
    }
  },

  /** LMDB. */
  LMDB(
      "LMDB",
      Role.PEER,
      true,
      List.of(
          "--add-opens=java.base/java.nio=ALL-UNNAMED",
          "--add-opens=java.base/sun.nio.ch=ALL-UNNAMED")) {
    @Override
    public Engine open(EngineSettings settings) {
      return new LmdbEngine(settings);
    }
  },

  /** RocksDB. */
  ROCKSDB("RocksDB", Role.PEER, true, List.of()) {
    @Override
    public Engine open(EngineSettings settings) throws IOException {
      return new RocksDbEngine(settings);
    }
  },

  /** H2's MVStore with a commit after each write. */
  MVSTORE("MVStore", Role.PEER, true, List.of()) {
    @Override
    public Engine open(EngineSettings settings) {
      return new MVStoreEngine(settings, true);
    }
  },

  /** H2's MVStore with its background commit. */
  MVSTORE_HEAP("MVStore, own commit", Role.LESS_SAFE, false, List.of()) {
    @Override
    public Engine open(EngineSettings settings) {
      return new MVStoreEngine(settings, false);
    }
  },

  /** MapDB. */
  MAPDB("MapDB", Role.LESS_SAFE, true, List.of()) {
    @Override
    public Engine open(EngineSettings settings) {
      return new MapDbEngine(settings);
    }
  },

  /** Chronicle Map by itself. */
  CHRONICLE_MAP(
      "Chronicle Map",
      Role.LIMIT,
      false,
      List.of(
          "--add-opens=java.base/java.lang=ALL-UNNAMED",
          "--add-opens=java.base/java.lang.reflect=ALL-UNNAMED",
          "--add-exports=java.base/sun.nio.ch=ALL-UNNAMED",
          "--add-exports=java.base/jdk.internal.ref=ALL-UNNAMED",
          "-Dchronicle.analytics.disable=true",
          "-Dchronicle.announcer.disable=true")) {
    @Override
    public Engine open(EngineSettings settings) throws IOException {
      return new ChronicleMapEngine(settings);
    }
  },

  /** The JDK's hash map. */
  HASH_MAP("ConcurrentHashMap", Role.LIMIT, false, List.of()) {
    @Override
    public Engine open(EngineSettings settings) {
      return HeapMapEngine.hash();
    }
  },

  /** The JDK's ordered map. */
  SKIP_LIST("ConcurrentSkipListMap", Role.LIMIT, false, List.of()) {
    @Override
    public Engine open(EngineSettings settings) {
      return HeapMapEngine.skipList();
    }
  };

  /** How a store stands to KVApp. */
  public enum Role {
    /** It is KVApp. */
    SUBJECT,
    /** A store with the same promise. */
    PEER,
    /** A store that promises less when it writes without sync, and is a peer else. */
    LESS_SAFE,
    /** No store to choose instead, but a bound of what can be reached. */
    LIMIT
  }

  private final String title;
  private final Role role;
  private final boolean syncs;
  private final List<String> jvmFlags;

  EngineKind(String title, Role role, boolean syncs, List<String> jvmFlags) {
    this.title = title;
    this.role = role;
    this.syncs = syncs;
    this.jvmFlags = jvmFlags;
  }

  /**
   * Opens the store, new or as it was left.
   *
   * @throws IOException if it cannot be opened
   */
  public abstract Engine open(EngineSettings settings) throws IOException;

  /** After how long without work in the background there is none to come. */
  public Duration quietFor() {
    return Duration.ofMillis(600);
  }

  /** The name in tables. */
  public String title() {
    return title;
  }

  /** How it stands to KVApp. */
  public Role role() {
    return role;
  }

  /** Whether it is measured with sync as well. */
  public boolean syncs() {
    return syncs;
  }

  /** Whether anything of it survives its process. */
  public boolean persists() {
    return this != HASH_MAP && this != SKIP_LIST;
  }

  /** Whether it can return pages in key order. */
  public boolean isOrdered() {
    return this != CHRONICLE_MAP && this != HASH_MAP;
  }

  /** What the JVM must be started with for it. */
  public List<String> jvmFlags() {
    return jvmFlags;
  }
}
