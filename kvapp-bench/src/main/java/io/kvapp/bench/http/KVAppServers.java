package io.kvapp.bench.http;

import com.google.gson.JsonParser;
import io.kvapp.Batch;
import io.kvapp.KVServer;
import io.kvapp.KVStore;
import io.kvapp.server.HttpEndpoint;
import io.kvapp.server.http.connection.HttpListener;
import io.kvapp.server.http.connection.SocketLayer;
import io.kvapp.server.http.message.Handler;
import io.kvapp.server.http.message.Request;
import io.kvapp.server.http.message.Response;
import io.kvapp.server.http.message.ResponseHead;
import io.kvapp.server.settings.HttpSettings;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;

/** KVApp's servers. */
final class KVAppServers {
  private static final int STEP_ENTRIES = 500;
  private static final int MAX_CONNECTIONS = 20_000;

  private KVAppServers() {}

  /** KVApp with its HTTP endpoint, everything at its default but the number of connections. */
  static JvmServer.Running endpoint(Path folder) throws IOException, InterruptedException {
    HttpEndpoint endpoint = HttpEndpoint.builder().maxConnections(MAX_CONNECTIONS).build();
    KVServer server =
        KVServer.builder().dataFolder(folder).port(0).endpoint(endpoint).build().start();
    URI uri = URI.create("http://localhost:" + server.port() + "/api/auth");
    HttpRequest request = HttpRequest.newBuilder(uri).build();
    String answer = HttpClient.newHttpClient().send(request, BodyHandlers.ofString()).body();
    String token = JsonParser.parseString(answer).getAsJsonObject().get("token").getAsString();
    return new JvmServer.Running(server.port(), token, server);
  }

  /**
   * The seconds that it takes to commit so many entries in the process of the server itself, in the
   * steps of an import.
   */
  static double batchSeconds(JvmServer.Running running, int count) {
    KVStore store = ((KVServer) running.server()).store();
    Entries entries = Entries.of(TransferRun.VALUES, TransferRun.VALUE_LENGTH);
    List<byte[]> values =
        entries.values().stream().map(each -> each.getBytes(StandardCharsets.US_ASCII)).toList();
    List<byte[]> keys =
        IntStream.range(0, count)
            .mapToObj(i -> TransferRun.key("batch.", i).getBytes(StandardCharsets.US_ASCII))
            .toList();
    long begun = System.nanoTime();
    for (int from = 0; from < count; from += STEP_ENTRIES) {
      Batch batch = new Batch();
      for (int i = from; i < Math.min(count, from + STEP_ENTRIES); i++) {
        batch.put(keys.get(i), values.get(i % values.size()));
      }
      store.commit(batch);
    }
    return (System.nanoTime() - begun) / 1e9;
  }

  /** KVApp's own connection code, and always the same answer. */
  static JvmServer.Running connection() {
    ResponseHead head = ResponseHead.of(200).with("Content-Type", ConstantServers.CONTENT_TYPE);
    Response response = Response.of(head, output -> output.write(ConstantServers.BODY));
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
        HttpListener.start(
            "127.0.0.1", 0, HttpSettings.defaults(), SocketLayer.PLAIN, handler, List.of());
    return new JvmServer.Running(listener.port(), "", listener::close);
  }
}
