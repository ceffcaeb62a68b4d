package io.kvapp.server.http.connection;

import io.kvapp.server.http.message.Handler;
import io.kvapp.server.http.message.HttpException;
import io.kvapp.server.http.message.Request;
import io.kvapp.server.http.message.Response;
import io.kvapp.server.http.message.ResponseHead;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Answers with what arrived: method, path, query and body. {@code /ignore} leaves the body unread,
 * {@code /refused} is a 422, {@code /large} is followed by the number of bytes to answer with,
 * {@code /empty} is a 204, {@code /look} looks for the client first, {@code /wait} until it has
 * left, {@code /error} throws an error, {@code /probe} is a health probe, what is below {@code
 * /hidden/} has no route; the user of {@code /user/} has a line end in the name.
 */
final class EchoHandler implements Handler {
  static final ResponseHead OK = ResponseHead.of(200).with("Content-Type", "text/plain");
  final AtomicInteger handled = new AtomicInteger();

  @Override
  public Response handle(Request request) {
    handled.incrementAndGet();
    String path = request.path();
    if (!path.startsWith("/hidden/")) {
      request.route(path);
    }
    if (path.equals("/empty")) {
      return Response.empty(ResponseHead.of(204));
    }
    if (path.startsWith("/user/")) {
      request.user("Ann\r\nB");
    }
    if (path.equals("/look")) {
      request.requireClient();
      request.requireClient();
    }
    while (path.equals("/wait")) {
      request.requireClient();
    }
    if (path.equals("/error")) {
      throw new InternalError("asked for");
    }
    if (path.equals("/error-in-body")) {
      return Response.of(
          OK,
          output -> {
            throw new InternalError("asked for");
          });
    }
    if (path.equals("/refused")) {
      throw new HttpException(422, "asked for");
    }
    if (path.equals("/late")) {
      return Response.of(
          OK,
          output -> {
            output.write('x');
            throw new IllegalStateException("asked for");
          });
    }
    if (path.startsWith("/large/")) {
      int count = Integer.parseInt(path.substring("/large/".length()));
      return Response.of(
          OK,
          output -> {
            for (int written = 0; written < count; written++) {
              output.write('a' + written % 26);
            }
          });
    }
    byte[] body = new byte[0];
    if (!path.equals("/ignore")) {
      body = new byte[request.body().remaining()];
      request.body().get(body);
    }
    byte[] echoed = body;
    String line = request.method() + " " + path + "?" + request.query() + " ";
    String probe = request.header("x-probe");
    return Response.of(
        OK,
        output -> {
          output.write(latin1(line + probe + " "));
          output.write(echoed);
        });
  }

  @Override
  public boolean isProbe(Request request) {
    return request.path().equals("/probe");
  }

  @Override
  public Response error(Throwable failure, Request request) {
    int status = failure instanceof HttpException exception ? exception.status() : 500;
    return Response.of(
        ResponseHead.of(status), output -> output.write(latin1(failure.getMessage())));
  }

  static byte[] latin1(String text) {
    return text.getBytes(java.nio.charset.StandardCharsets.ISO_8859_1);
  }
}
