package io.kvapp.bench.http;

import com.sun.management.ThreadMXBean;
import io.kvapp.bench.process.Subprocess;
import io.kvapp.bench.process.Worker;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/** The servers that run on a JVM, each in one of its own, whose main class this is. */
enum JvmServer {
  /** KVApp with its endpoint, asked over its v1 face. */
  KVAPP("KVApp", KVAppServers::endpoint),

  /** A constant answer over KVApp's connection code: KVApp without the store. */
  CONNECTION("constant: KVApp's connection", folder -> KVAppServers.connection()),

  /** A constant answer of the JDK's server. */
  JDK("constant: JDK HttpServer", folder -> ConstantServers.jdk()),

  /** A constant answer of Jetty. */
  JETTY("constant: Jetty", folder -> ConstantServers.jetty()),

  /** A constant answer of Netty. */
  NETTY("constant: Netty", folder -> ConstantServers.netty());

  /** The title of KVApp where it is asked over its classic face. */
  static final String CLASSIC_TITLE = "KVApp, classic face";

  private static final int COLLECTIONS = 3;
  private static final long PAGE_BYTES = 4 << 10;
  private static final List<String> FLAGS =
      // Without the second one the JDK's server takes 40 ms for each answer with a body.
      List.of("-Xmx512m", "-Dsun.net.httpserver.nodelay=true");

  /**
   * A server that listens.
   *
   * @param token the token of its requests; empty for none
   * @param server has it end
   */
  record Running(int port, String token, AutoCloseable server) {}

  private interface Starter {
    Running start(Path folder) throws Exception;
  }

  private final String title;
  private final Starter starter;

  JvmServer(String title, Starter starter) {
    this.title = title;
    this.starter = starter;
  }

  String title() {
    return title;
  }

  /** Starts it in a JVM of its own; its data and its log lie in {@code work}. */
  HttpTarget start(Path work) throws IOException {
    List<String> arguments = List.of(name(), work.resolve(name()).toString());
    Path log = work.resolve(name() + ".log");
    Subprocess process =
        Subprocess.startWorker(title, log, FLAGS, false, JvmServer.class, arguments);
    String[] started = process.ask("start").split(" ", 2);
    Requests requests = new Requests(started[1], this == KVAPP);
    return new HttpTarget(title, Integer.parseInt(started[0]), requests, List.of(process));
  }

  /** KVApp over its classic face. */
  static HttpTarget classic(HttpTarget kvapp) {
    Requests requests = (Requests) kvapp.requests();
    return kvapp.asked(CLASSIC_TITLE, new ClassicRequests(requests.token));
  }

  /** The requests of KVApp's v1 face, which servers of a constant answer get too. */
  record Requests(String token, boolean isStore) implements HttpTarget.Requests {
    @Override
    public String get(String key) {
      return bodiless("/v1/kv/" + key);
    }

    @Override
    public String put(String key, String value) {
      return String.format(
          "PUT /v1/kv/%s HTTP/1.1\r\nHost: localhost\r\n%sContent-Length: %d\r\n\r\n%s",
          key, headers(), value.length(), value);
    }

    @Override
    public String page(String prefix) {
      return isStore ? bodiless("/v1/kv?prefix=" + prefix) : null;
    }

    @Override
    public String watch(String prefix) {
      return isStore ? bodiless("/v1/watch?prefix=" + prefix) : null;
    }

    private String bodiless(String target) {
      return "GET " + target + " HTTP/1.1\r\nHost: localhost\r\n" + headers() + "\r\n";
    }

    /** Those of every request; each ends in CR and LF. */
    String headers() {
      return token.isEmpty() ? "" : "Authorization: Bearer " + token + "\r\n";
    }
  }

  private record ClassicRequests(String token) implements HttpTarget.Requests {
    @Override
    public String get(String key) {
      return post("/api/search", "{\"key\":\"" + key + "\"}");
    }

    @Override
    public String put(String key, String value) {
      return post("/api/insert", "{\"key\":\"" + key + "\",\"value\":\"" + value + "\"}");
    }

    @Override
    public String page(String prefix) {
      return post("/api/search", "{\"prefix\":\"" + prefix + "\"}");
    }

    private String post(String path, String body) {
      return HttpTarget.post(path, "x-access-tokens: " + token + "\r\n", body);
    }
  }

  /**
   * Takes the name of a server and a folder for its data, then commands: {@code start} answers with
   * port and token, {@code allocated} with the bytes that threads allocated, {@code footprint} with
   * heap in use and resident memory in bytes and the number of platform threads, and {@code
   * batches} with the seconds that so many entries take in batches.
   */
  public static void main(String[] args) throws Exception {
    Running running = valueOf(args[0]).starter.start(Path.of(args[1]));
    Worker.serve(
        command ->
            switch (command[0]) {
              case "start" -> running.port() + " " + running.token();
              case "allocated" -> allocatedBytes();
              case "footprint" -> footprint();
              default -> KVAppServers.batchSeconds(running, Integer.parseInt(command[1]));
            });
    running.server().close();
    System.exit(0);
  }

  private static long allocatedBytes() {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    return Arrays.stream(threads.getThreadAllocatedBytes(threads.getAllThreadIds()))
        .filter(bytes -> bytes > 0)
        .sum();
  }

  private static String footprint() throws IOException {
    for (int i = 0; i < COLLECTIONS; i++) {
      System.gc();
    }
    long heap = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    String pages = Files.readString(Path.of("/proc/self/statm")).split(" ")[1];
    int threads = ManagementFactory.getThreadMXBean().getThreadCount();
    return heap + " " + Long.parseLong(pages) * PAGE_BYTES + " " + threads;
  }
}
