package io.kvapp.bench.http;

import com.sun.net.httpserver.HttpServer;
import io.kvapp.server.http.connection.HttpListener;
import io.kvapp.server.http.connection.SocketLayer;
import io.kvapp.server.http.message.Handler;
import io.kvapp.server.http.message.Request;
import io.kvapp.server.http.message.Response;
import io.kvapp.server.http.message.ResponseHead;
import io.kvapp.server.settings.HttpSettings;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** Servers that read a request and answer always the same: limits of what a store can reach. */
final class ConstantServers {
  /** As long as KVApp's answer to a search by key. */
  static final byte[] BODY =
      ("{\"key\":\"user0123456789abcdef.00\",\"value\":\"" + "v".repeat(100) + "\"}")
          .getBytes(StandardCharsets.US_ASCII);

  static final String CONTENT_TYPE = "application/json";

  private static final int BACKLOG = 1_024;

  private ConstantServers() {}

  /** KVApp's own connection code. */
  static JvmServer.Running connection() {
    ResponseHead head = ResponseHead.of(200).with("Content-Type", CONTENT_TYPE);
    Response response = Response.of(head, output -> output.write(BODY));
    Handler handler =
        new Handler() {
          @Override
          public Response handle(Request request) {
            request.body();
            return response;
          }

          @Override
          public Response error(Throwable failure, Request request) {
            return Response.empty(ResponseHead.of(500));
          }
        };
    HttpListener listener =
        HttpListener.start("127.0.0.1", 0, HttpSettings.defaults(), SocketLayer.PLAIN, handler);
    return new JvmServer.Running() {
      @Override
      public int port() {
        return listener.port();
      }

      @Override
      public void close() {
        listener.close();
      }
    };
  }

  /** The JDK's server with a thread for each request in flight. */
  static JvmServer.Running jdk() throws IOException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), BACKLOG);
    ExecutorService threads = Executors.newCachedThreadPool();
    server.setExecutor(threads);
    server.createContext(
        "/",
        exchange -> {
          exchange.getRequestBody().readAllBytes();
          exchange.getResponseHeaders().set("Content-Type", CONTENT_TYPE);
          exchange.sendResponseHeaders(200, BODY.length);
          try (OutputStream body = exchange.getResponseBody()) {
            body.write(BODY);
          }
        });
    server.start();
    return new JvmServer.Running() {
      @Override
      public int port() {
        return server.getAddress().getPort();
      }

      @Override
      public void close() {
        server.stop(0);
        threads.shutdown();
      }
    };
  }
}
