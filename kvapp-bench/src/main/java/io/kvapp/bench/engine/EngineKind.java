package io.kvapp.bench.engine;

import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;

/** The stores under comparison. */
public enum EngineKind {
  /** KVApp itself. */
  KVAPP("KVApp", Role.SUBJECT, true, KVAppEngine::new),

  /** LMDB. */
  LMDB(
      "LMDB",
      Role.PEER,
      true,
      LmdbEngine::new,
      "--add-opens=java.base/java.nio=ALL-UNNAMED",
      "--add-opens=java.base/sun.nio.ch=ALL-UNNAMED"),

  /** RocksDB. */
  ROCKSDB("RocksDB", Role.PEER, true, RocksDbEngine::new),

  /** H2's MVStore with a commit after each write. */
  MVSTORE("MVStore", Role.PEER, true, settings -> MVStoreEngine.open(settings, true)),

  /** H2's MVStore with its background commit. */
  MVSTORE_HEAP(
      "MVStore, own commit",
      Role.LESS_SAFE,
      false,
      settings -> MVStoreEngine.open(settings, false)),

  /** MapDB. */
  MAPDB("MapDB", Role.LESS_SAFE, true, MapDbEngine::open),

  /** Chronicle Map by itself. */
  CHRONICLE_MAP(
      "Chronicle Map",
      Role.LIMIT,
      false,
      ChronicleMapEngine::new,
      "--add-opens=java.base/java.lang=ALL-UNNAMED",
      "--add-opens=java.base/java.lang.reflect=ALL-UNNAMED",
      "--add-exports=java.base/sun.nio.ch=ALL-UNNAMED",
      "--add-exports=java.base/jdk.internal.ref=ALL-UNNAMED",
      "-Dchronicle.analytics.disable=true",
      "-Dchronicle.announcer.disable=true"),

  /** The JDK's hash map. */
  HASH_MAP("ConcurrentHashMap", Role.LIMIT, false, settings -> MapEngine.hash()),

  /** The JDK's ordered map. */
  SKIP_LIST("ConcurrentSkipListMap", Role.LIMIT, false, settings -> MapEngine.skipList());

  /** How a store stands to KVApp. */
  public enum Role {
    /** It is KVApp. */
    SUBJECT,
    /** A store with the same promise. */
    PEER,
    /** A store that promises less when it writes without sync, and is a peer else. */
    LESS_SAFE,
    /** No alternative, but a bound that no store can pass. */
    LIMIT
  }

  private interface Opener {
    Engine open(EngineSettings settings) throws IOException;
  }

  private final String title;
  private final Role role;
  private final boolean syncs;
  private final Opener opener;
  private final List<String> jvmFlags;

  EngineKind(String title, Role role, boolean syncs, Opener opener, String... jvmFlags) {
    this.title = title;
    this.role = role;
    this.syncs = syncs;
    this.opener = opener;
    this.jvmFlags = List.of(jvmFlags);
  }

  /** The names in tables of the stores that a condition holds for. */
  public static List<String> titles(Predicate<EngineKind> condition) {
    return Arrays.stream(values()).filter(condition).map(EngineKind::title).toList();
  }

  /**
   * Opens the store, new or as it was left.
   *
   * @throws IOException if it cannot be opened
   */
  public Engine open(EngineSettings settings) throws IOException {
    return opener.open(settings);
  }

  /** After how long without work in the background there is none to come. */
  public Duration quietFor() {
    // KVApp begins compactions after five seconds without writes.
    return this == KVAPP ? Duration.ofSeconds(6) : Duration.ofMillis(600);
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

  /** The flags that its JVM needs. */
  public List<String> jvmFlags() {
    return jvmFlags;
  }
}
