package io.kvapp.server.command.data;

import io.kvapp.KVException;
import io.kvapp.KVStore;
import io.kvapp.StoreOptions;
import io.kvapp.server.command.remote.ServerConnection;
import io.kvapp.server.command.remote.ServerOption;
import io.kvapp.server.command.terminal.Terminal;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Pattern;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/**
 * Which store a command works on: that of a server, or that in a folder which nobody has open.
 *
 * <p>Not thread-safe.
 */
final class StoreTarget {
  /** What a command does with a folder. */
  enum Access {
    /** It only reads: no file is changed, so that a backup and a read-only file system will do. */
    READ,
    /** It changes a store that is there. */
    CHANGE,
    /** It writes, into a new store where there is none. */
    CREATE
  }

  /** A letter and a colon are a drive. */
  private static final Pattern URI_SCHEME = Pattern.compile("[A-Za-z][A-Za-z0-9+.-]+:");

  private static final String FILE = "file:";

  private static final StoreOptions OPTIONS =
      StoreOptions.defaults().withMaxValueBytes(StoreOptions.MAX_VALUE_BYTES);

  @Mixin private ServerOption server;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = "Work on this data folder, which no server has open, in place of a server.")
  private Path data;

  @Option(
      names = "--store",
      paramLabel = "URI",
      description =
          "Work on the store at this URI, such as etcd://a,b,c/myapp, in place of a server; or on"
              + " a path, as --data.")
  private String store;

  private ServerConnection connection;

  /** Opens the store; the caller closes it. */
  KVStore open(Access access, CommandSpec command, Terminal terminal) {
    if (data != null && server.isGiven()) {
      throw new ParameterException(
          command.commandLine(),
          "--data or --server, not both: a command works on one store, and a folder has no users");
    }
    if (store != null && (data != null || server.isGiven())) {
      throw new ParameterException(
          command.commandLine(),
          "--store is in the place of --data and --server; give one of them");
    }
    if (store != null) {
      data = folderOf(store).orElse(null);
    }
    if (data != null) {
      return openFolder(access);
    }
    if (store != null) {
      return KVStore.open(store, OPTIONS);
    }
    URI uri = server.uri(command, terminal);
    if (!ServerOption.isHttp(uri)) {
      return KVStore.open(uri);
    }
    connection = server.connect(command, terminal);
    return connection.open();
  }

  /** The server, once its store is open; empty where none is between. */
  Optional<ServerConnection> connection() {
    return Optional.ofNullable(connection);
  }

  /** Whether it is a folder. */
  boolean isFolder() {
    return data != null;
  }

  private static Optional<Path> folderOf(String store) {
    if (!URI_SCHEME.matcher(store).lookingAt()) {
      return Optional.of(Path.of(store));
    }
    URI uri = store.regionMatches(true, 0, FILE, 0, FILE.length()) ? URI.create(store) : null;
    if (uri == null) {
      return Optional.empty();
    }
    return Optional.of(uri.isOpaque() ? Path.of(uri.getSchemeSpecificPart()) : Path.of(uri));
  }

  private KVStore openFolder(Access access) {
    if (access == Access.CHANGE && !Files.isDirectory(data)) {
      throw new KVException(
          "there is no data folder " + data + "; name the folder of a store with --data");
    }
    return KVStore.open(data, OPTIONS.withReadOnly(access == Access.READ));
  }
}
