package io.kvapp.bench.http;

import com.sun.management.ThreadMXBean;
import io.kvapp.bench.process.Subprocess;
import io.kvapp.bench.process.Worker;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/** The servers that run on a JVM, each in one of its own, whose main class this is. */
enum JvmServer {
  /** KVApp with its endpoint. */
  KVAPP("KVApp", KVAppServers::endpoint),

  /** A constant answer over KVApp's connection code: KVApp without the store. */
  CONNECTION("constant: KVApp's connection", folder -> KVAppServers.connection()),

  /** A constant answer of the JDK's server. */
  JDK("constant: JDK HttpServer", folder -> ConstantServers.jdk()),

  /** A constant answer of Jetty. */
  JETTY("constant: Jetty", folder -> ConstantServers.jetty()),

  /** A constant answer of Netty. */
  NETTY("constant: Netty", folder -> ConstantServers.netty());

  private static final List<String> FLAGS =
      // Without the second one the JDK's server takes 40 ms for each answer with a body.
      List.of("-Xmx512m", "-Dsun.net.httpserver.nodelay=true");

  /**
   * A server that listens.
   *
   * @param token the value of a request's {@code x-access-tokens}; empty for none
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
    String headers = started[1].isEmpty() ? "" : "x-access-tokens: " + started[1] + "\r\n";
    Requests requests = new Requests(headers, this == KVAPP);
    return new HttpTarget(title, Integer.parseInt(started[0]), requests, List.of(process));
  }

  record Requests(String headers, boolean hasPages) implements HttpTarget.Requests {
    @Override
    public String get(String key) {
      return HttpTarget.post("/api/search", headers, "{\"key\":\"" + key + "\"}");
    }

    @Override
    public String put(String key, String value) {
      String body = "{\"key\":\"" + key + "\",\"value\":\"" + value + "\"}";
      return HttpTarget.post("/api/insert", headers, body);
    }

    @Override
    public String page(String prefix) {
      String body = "{\"prefix\":\"" + prefix + "\"}";
      return hasPages ? HttpTarget.post("/api/search", headers, body) : null;
    }
  }

  /**
   * Takes the name of a server and a folder for its data, then the commands {@code start}, which
   * answers with port and token, and {@code allocated}, with the bytes that threads allocated.
   */
  public static void main(String[] args) throws Exception {
    Running running = valueOf(args[0]).starter.start(Path.of(args[1]));
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    Worker.serve(
        command ->
            command[0].equals("start")
                ? running.port() + " " + running.token()
                : Arrays.stream(threads.getThreadAllocatedBytes(threads.getAllThreadIds()))
                    .filter(bytes -> bytes > 0)
                    .sum());
    running.server().close();
    System.exit(0);
  }
}
