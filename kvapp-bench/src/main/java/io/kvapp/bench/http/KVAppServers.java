package io.kvapp.bench.http;

import com.google.gson.JsonParser;
import io.kvapp.KVServer;
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
import java.nio.file.Path;
import java.util.List;

/** KVApp's servers. */
final class KVAppServers {
  private KVAppServers() {}

  /** KVApp with its HTTP endpoint, everything at its default. */
  static JvmServer.Running endpoint(Path folder) throws IOException, InterruptedException {
    KVServer server = KVServer.builder().dataFolder(folder).port(0).build().start();
    URI uri = URI.create("http://localhost:" + server.port() + "/api/auth");
    HttpRequest request = HttpRequest.newBuilder(uri).build();
    String answer = HttpClient.newHttpClient().send(request, BodyHandlers.ofString()).body();
    String token = JsonParser.parseString(answer).getAsJsonObject().get("token").getAsString();
    return new JvmServer.Running(server.port(), token, server);
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
