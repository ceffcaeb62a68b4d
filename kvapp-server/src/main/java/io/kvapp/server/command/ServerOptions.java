package io.kvapp.server.command;

import io.kvapp.Durability;
import io.kvapp.KVServer;
import io.kvapp.ServerSettings;
import io.kvapp.server.command.doctor.Setup;
import io.kvapp.server.file.FileTrust;
import io.kvapp.server.settings.AuthSettings;
import io.kvapp.server.settings.HttpSetting;
import io.kvapp.server.settings.HttpSettings;
import io.kvapp.server.settings.TlsSettings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Option;

/**
 * The options of the address and the store.
 *
 * <p>Not thread-safe.
 */
final class ServerOptions {
  @Option(
      names = "--host",
      paramLabel = "NAME",
      defaultValue = ServerSettings.DEFAULT_HOST,
      description = "The name or address to listen on. Default: ${DEFAULT-VALUE}.")
  private String host;

  @Option(
      names = "--port",
      paramLabel = "N",
      defaultValue = "" + ServerSettings.DEFAULT_PORT,
      description = "The port to listen on, 0 for any free one. Default: ${DEFAULT-VALUE}.")
  private int port;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = "The folder that holds the data; made if it is not there. Default: kv_store.")
  private Path data;

  @Option(
      names = "--in-memory",
      description = "No files: the data lives in memory and ends with the server.")
  private boolean inMemory;

  @Option(
      names = "--store",
      paramLabel = "URI",
      description =
          "Where the store is, in place of --data: a path, or a URI that a jar on the class path"
              + " serves, such as etcd://a,b,c/myapp.")
  private String store;

  @Option(
      names = "--durability",
      paramLabel = "LEVEL",
      defaultValue = "os",
      description =
          "When a write is acknowledged: os, once it survives the end of the process; sync, once it"
              + " survives a power cut. Default: ${DEFAULT-VALUE}.")
  private Durability durability;

  @Option(
      names = "--max-value",
      paramLabel = "SIZE",
      converter = BytesConverter.class,
      defaultValue = "16MiB",
      description = "The largest value. Default: ${DEFAULT-VALUE}.")
  private int maxValueBytes;

  @Option(
      names = "--watch-history",
      paramLabel = "SIZE",
      converter = LongBytesConverter.class,
      defaultValue = "64MiB",
      description =
          "How much of the past changes watchers can go on from. Default: ${DEFAULT-VALUE}.")
  private long watchHistoryBytes;

  @Option(
      names = "--open-damaged",
      description = "Opens a damaged store with what can still be read; the log says what is lost.")
  private boolean openDamaged;

  @Option(
      names = "--read-only",
      description = "Opens a store that is there, writes nothing to its folder, refuses writes.")
  private boolean readOnly;

  /** A server with these options, and no endpoint yet. */
  KVServer.Builder server() {
    requireOnePlace();
    KVServer.Builder server =
        KVServer.builder()
            .host(host())
            .port(port)
            .watchHistory(watchHistoryBytes)
            .durability(durability)
            .maxValueBytes(maxValueBytes)
            .openDamaged(openDamaged)
            .readOnly(readOnly);
    if (store != null) {
      return server.store(store);
    }
    return inMemory ? server.inMemory() : server.dataFolder(dataFolder());
  }

  private Path dataFolder() {
    return data == null ? ServerSettings.DEFAULT_DATA_FOLDER : data;
  }

  /** Whether a data folder was named, and not just taken by default. */
  boolean namesDataFolder() {
    return data != null;
  }

  /**
   * A server that would be started with these options and those of others.
   *
   * @throws IllegalArgumentException if they do not fit together
   */
  Setup.Local setup(AuthSettings auth, Optional<TlsSettings> tls, HttpSettings http) {
    requireOnePlace();
    return new Setup.Local(
        inMemory || store != null ? Optional.empty() : Optional.of(dataFolder()),
        Optional.ofNullable(store),
        namesDataFolder(),
        readOnly,
        host(),
        port,
        auth,
        tls,
        new Setup.Limits(
            maxValueBytes,
            http.get(HttpSetting.MAX_BUFFERED_BYTES),
            http.getInt(HttpSetting.MAX_CONNECTIONS),
            http.getInt(HttpSetting.MAX_WATCHERS)));
  }

  private void requireOnePlace() {
    if (inMemory && (data != null || readOnly)) {
      throw new IllegalArgumentException(
          "--in-memory has no files, so it does not go together with "
              + (data == null ? "--read-only" : "--data"));
    }
    if (readOnly && openDamaged) {
      throw new IllegalArgumentException(
          "--open-damaged writes what it repairs, so it does not go together with --read-only");
    }
    if (store != null && (data != null || inMemory)) {
      throw new IllegalArgumentException(
          "--store is in the place of "
              + (inMemory ? "--in-memory" : "--data")
              + "; give one of them");
    }
  }

  /**
   * Does nothing if no other user can change the data folder, or there is none yet. The endpoint
   * asks the same later; but the store is opened before.
   */
  void requireDataFolderOfThisUser() {
    if (!inMemory && store == null && Files.exists(dataFolder())) {
      FileTrust.requireFolder("data folder", dataFolder());
    }
  }

  /** The name or address to listen on; an IPv6 address without brackets. */
  String host() {
    boolean isInBrackets = host.startsWith("[") && host.endsWith("]");
    return isInBrackets ? host.substring(1, host.length() - 1) : host;
  }

  /** A line that says where the data is; a URI without user and password. */
  String whereTheDataIs() {
    if (store != null) {
      return "Store: " + store.replaceFirst("//[^/]*@", "//");
    }
    return inMemory
        ? "The data is in memory and ends with this process."
        : "Data folder: "
            + dataFolder().toAbsolutePath().normalize()
            + (readOnly ? ", to read only" : "");
  }
}
