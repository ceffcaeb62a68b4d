package io.kvapp.server.command.data;

import io.kvapp.KVException;
import io.kvapp.KVStore;
import io.kvapp.ServerSettings;
import io.kvapp.StoreOptions;
import io.kvapp.server.command.terminal.Terminal;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
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

  /** The environment variable with the server. */
  private static final String SERVER = "KVAPP_SERVER";

  private static final String DEFAULT_SERVER = "http://localhost:" + ServerSettings.DEFAULT_PORT;

  @Option(
      names = "--server",
      paramLabel = "URL",
      description =
          "Where the server is. Default: the environment variable "
              + SERVER
              + ", or else "
              + DEFAULT_SERVER
              + ".")
  private String server;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = "Work on this data folder, which no server has open, in place of a server.")
  private Path data;

  /** Opens the store; the caller closes it. */
  KVStore open(Access access, CommandSpec command, Terminal terminal) {
    if (data != null && server != null) {
      throw new ParameterException(
          command.commandLine(), "--data or --server, not both: a command works on one store");
    }
    return data != null ? openFolder(access) : KVStore.open(uri(command, terminal));
  }

  /** The address of the server, with a scheme. */
  private URI uri(CommandSpec command, Terminal terminal) {
    String text =
        server != null ? server : terminal.environment().getOrDefault(SERVER, DEFAULT_SERVER);
    try {
      URI uri = new URI(text);
      boolean isHttp = String.valueOf(uri.getScheme()).startsWith("http");
      if (!uri.isAbsolute() || text.matches("[^/]*:\\d+") || isHttp && uri.getHost() == null) {
        throw new URISyntaxException(text, "no URL");
      }
      return uri;
    } catch (URISyntaxException malformed) {
      throw new ParameterException(
          command.commandLine(),
          "'" + text + "' is not the URL of a server, such as " + DEFAULT_SERVER,
          malformed);
    }
  }

  /** Whether it is a folder. */
  boolean isFolder() {
    return data != null;
  }

  private KVStore openFolder(Access access) {
    if (access == Access.CHANGE && !Files.isDirectory(data)) {
      throw new KVException(
          "there is no data folder " + data + "; name the folder of a store with --data");
    }
    StoreOptions options =
        StoreOptions.defaults()
            .withMaxValueBytes(StoreOptions.MAX_VALUE_BYTES)
            .withReadOnly(access == Access.READ);
    return KVStore.open(data, options);
  }
}
