package io.kvapp.bench.http;

import com.google.gson.Gson;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Redis behind webdis, without authentication. Redis appends each write to its file, in the kernel
 * before the acknowledgement, and syncs every second, as KVApp does by default. It has no order,
 * and so no search by prefix that does not read every key.
 */
final class WebdisTarget implements HttpTarget {
  private static final int THREADS = 2;

  private final ChildProcess redis;
  private final ChildProcess webdis;
  private final int redisPort;
  private final int port;

  private WebdisTarget(ChildProcess redis, int redisPort, ChildProcess webdis, int port) {
    this.redis = redis;
    this.redisPort = redisPort;
    this.webdis = webdis;
    this.port = port;
  }

  static boolean isInstalled() {
    return ChildProcess.isInstalled("redis-server") && ChildProcess.isInstalled("webdis");
  }

  static WebdisTarget start(Path work) throws IOException, InterruptedException {
    Path folder = Files.createDirectories(work.resolve("redis"));
    Path log = work.resolve("webdis.log");
    int redisPort = Ports.free();
    ChildProcess redis = ChildProcess.start(redisCommand(folder, redisPort), log, true);
    ChildProcess webdis = null;
    try {
      Ports.await(redisPort, redis);
      int port = Ports.free();
      Path settings = folder.resolve("webdis.json");
      Files.writeString(settings, new Gson().toJson(webdisSettings(redisPort, port, log)));
      webdis = ChildProcess.start(List.of("webdis", settings.toString()), log, true);
      Ports.await(port, webdis);
      return new WebdisTarget(redis, redisPort, webdis, port);
    } catch (IOException | RuntimeException failure) {
      if (webdis != null) {
        webdis.close();
      }
      redis.close();
      throw failure;
    }
  }

  private static List<String> redisCommand(Path folder, int port) {
    return List.of(
        "redis-server",
        "--bind",
        "127.0.0.1",
        "--port",
        Integer.toString(port),
        "--dir",
        folder.toString(),
        "--save",
        "",
        "--appendonly",
        "yes",
        "--appendfsync",
        "everysec");
  }

  private static Map<String, Object> webdisSettings(int redisPort, int port, Path log) {
    return Map.of(
        "redis_host",
        "127.0.0.1",
        "redis_port",
        redisPort,
        "http_host",
        "127.0.0.1",
        "http_port",
        port,
        "threads",
        THREADS,
        "pool_size",
        16,
        "daemonize",
        false,
        "database",
        0,
        "verbosity",
        0,
        "logfile",
        log.toString());
  }

  @Override
  public String title() {
    return "Redis + webdis";
  }

  @Override
  public int port() {
    return port;
  }

  @Override
  public String get(String key) {
    return "GET /GET/" + key + " HTTP/1.1\r\nHost: localhost\r\n\r\n";
  }

  @Override
  public String put(String key, String value) {
    return "GET /SET/" + key + "/" + value + " HTTP/1.1\r\nHost: localhost\r\n\r\n";
  }

  @Override
  public Optional<String> page(String prefix) {
    return Optional.empty();
  }

  @Override
  public double processorSeconds() {
    return redis.processorSeconds() + webdis.processorSeconds();
  }

  @Override
  public void load(Entries entries) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), redisPort)) {
      OutputStream commands = socket.getOutputStream();
      BufferedReader answers =
          new BufferedReader(
              new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
      for (int i = 0; i < entries.count(); i++) {
        String command = "SET " + entries.key(i) + " " + entries.value(i) + "\r\n";
        commands.write(command.getBytes(StandardCharsets.US_ASCII));
        String answer = answers.readLine();
        if (!"+OK".equals(answer)) {
          throw new IOException("Redis answered " + answer);
        }
      }
    }
  }

  @Override
  public void close() {
    webdis.close();
    redis.close();
  }
}
