package io.kvapp.server.http.connection;

import io.kvapp.server.http.message.Handler;
import io.kvapp.server.http.message.HttpException;
import io.kvapp.server.http.message.Request;
import io.kvapp.server.http.message.Response;
import io.kvapp.server.http.message.ResponseHead;
import io.kvapp.server.settings.HttpSettings;
import java.nio.charset.StandardCharsets;

/**
 * Answers every request with the same response over the connection code of the server: what is
 * measured against it is the cost of everything behind that.
 */
public final class ConstantServer {
  private ConstantServer() {}

  /** Listens at the port that the argument names, until the process ends. */
  public static void main(String[] arguments) {
    int port = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 0;
    byte[] body =
        ("{\"key\":\"key-000000000000000001\",\"value\":\"" + "v".repeat(100) + "\"}")
            .getBytes(StandardCharsets.UTF_8);
    ResponseHead head =
        ResponseHead.of(200)
            .with("Cache-Control", "no-store")
            .with("X-Content-Type-Options", "nosniff")
            .with("Content-Type", "application/json");
    Response response = Response.of(head, output -> output.write(body));
    HttpListener listener =
        HttpListener.start("127.0.0.1", port, HttpSettings.defaults(), new Constant(response));
    System.out.println("listens on http://127.0.0.1:" + listener.port());
  }

  private record Constant(Response response) implements Handler {
    @Override
    public Response handle(Request request) {
      return response;
    }

    @Override
    public Response error(Throwable failure, Request request) {
      int status = failure instanceof HttpException exception ? exception.status() : 500;
      return Response.empty(ResponseHead.of(status));
    }
  }
}
