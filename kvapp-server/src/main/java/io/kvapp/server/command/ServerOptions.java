package io.kvapp.server.command;

import io.kvapp.Durability;
import io.kvapp.KVServer;
import io.kvapp.PrefixScope;
import io.kvapp.Settings;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** Where the server listens and what it keeps. */
final class ServerOptions {
  @Option(
      names = "--host",
      paramLabel = "NAME",
      defaultValue = Settings.DEFAULT_HOST,
      description = "The name or address to listen on. Default: ${DEFAULT-VALUE}.")
  private String host;

  @Option(
      names = "--port",
      paramLabel = "N",
      defaultValue = "" + Settings.DEFAULT_PORT,
      description = "The port to listen on, 0 for any free one. Default: ${DEFAULT-VALUE}.")
  private int port;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = "The folder that holds the data; made if it is not there. Default: kv_store.")
  private Path data = Settings.DEFAULT_DATA_FOLDER;

  @Option(
      names = "--in-memory",
      description = "No files: the data lives in memory and ends with the server.")
  private boolean inMemory;

  @Option(
      names = "--prefix-scope",
      paramLabel = "SCOPE",
      defaultValue = "keys",
      description =
          "What the prefix of a search matches: keys, or values as the Python KVApp does."
              + " Default: ${DEFAULT-VALUE}.")
  private PrefixScope prefixScope;

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
      names = "--open-damaged",
      description = "Opens a damaged store with what can still be read; the log says what is lost.")
  private boolean openDamaged;

  /** A server with these options, and no endpoint yet. */
  KVServer.Builder server() {
    KVServer.Builder server =
        KVServer.builder()
            .host(host)
            .port(port)
            .dataFolder(data)
            .prefixScope(prefixScope)
            .durability(durability)
            .maxValueBytes(maxValueBytes)
            .openDamaged(openDamaged);
    return inMemory ? server.inMemory() : server;
  }
}
