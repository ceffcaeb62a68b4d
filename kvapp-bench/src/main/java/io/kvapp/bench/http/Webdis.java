package io.kvapp.bench.http;

import io.kvapp.bench.process.Subprocess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Redis behind webdis, without authentication. Redis appends each write to its file, in the kernel
 * before the acknowledgement, and syncs every second, as KVApp does by default. It has no order,
 * and so no search by prefix that does not read every key.
 */
final class Webdis implements HttpTarget.Requests {
  static final String NAME = "REDIS";
  static final String TITLE = "Redis + webdis";

  private static final String REDIS_SETTINGS =
      """
      bind 127.0.0.1
      port %d
      dir "%s"
      save ""
      appendonly yes
      appendfsync everysec
      """;
  private static final String WEBDIS_SETTINGS =
      """
      {"redis_host": "127.0.0.1", "redis_port": %d, "http_host": "127.0.0.1", "http_port": %d,
       "threads": 2, "pool_size": 16, "daemonize": false, "database": 0, "verbosity": 0,
       "logfile": "%s"}
      """;

  private Webdis() {}

  static HttpTarget start(Path work) throws IOException, InterruptedException {
    Path folder = Files.createDirectories(work.resolve("redis"));
    Path log = work.resolve("webdis.log");
    int redisPort = Subprocess.freePort();
    Path settings = folder.resolve("redis.conf");
    Files.writeString(settings, String.format(REDIS_SETTINGS, redisPort, folder));
    Subprocess redis = Subprocess.start(List.of("redis-server", settings.toString()), log);
    redis.awaitPort(redisPort);
    int port = Subprocess.freePort();
    settings = folder.resolve("webdis.json");
    Files.writeString(settings, String.format(WEBDIS_SETTINGS, redisPort, port, log));
    try {
      Subprocess webdis = Subprocess.start(List.of("webdis", settings.toString()), log);
      webdis.awaitPort(port);
      return new HttpTarget(TITLE, port, new Webdis(), List.of(redis, webdis));
    } catch (IOException | InterruptedException failure) {
      redis.close();
      throw failure;
    }
  }

  @Override
  public String get(String key) {
    return "GET /GET/" + key + " HTTP/1.1\r\nHost: localhost\r\n\r\n";
  }

  @Override
  public String put(String key, String value) {
    return "GET /SET/" + key + "/" + value + " HTTP/1.1\r\nHost: localhost\r\n\r\n";
  }
}
