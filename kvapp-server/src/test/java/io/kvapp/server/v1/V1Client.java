package io.kvapp.server.v1;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.kvapp.KVServer;
import io.kvapp.KVStore;
import io.kvapp.server.HttpEndpoint;
import io.kvapp.server.http.connection.RawClient;
import io.kvapp.server.http.connection.RawClient.Answer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

/**
 * A server with a store in memory, and a connection to it that sends requests as they are. Every
 * response is held to the OpenAPI document.
 */
final class V1Client implements AutoCloseable {
  private final KVServer server;
  private final RawClient connection;
  private Consumer<String> listener = response -> {};

  /** One with every setting at its default, for a field. */
  static V1Client inMemory() {
    try {
      return new V1Client();
    } catch (IOException refused) {
      throw new UncheckedIOException(refused);
    }
  }

  V1Client() throws IOException {
    this(HttpEndpoint.builder());
  }

  V1Client(HttpEndpoint.Builder endpoint) throws IOException {
    this(KVServer.builder().inMemory(), endpoint);
  }

  V1Client(KVServer.Builder builder, HttpEndpoint.Builder endpoint) throws IOException {
    server = builder.port(0).endpoint(endpoint.build()).build().start();
    connection = new RawClient(server.port());
  }

  /** Tells of each response as the OpenAPI document declares it. */
  void onResponse(Consumer<String> told) {
    listener = told;
  }

  KVStore store() {
    return server.store();
  }

  int port() {
    return server.port();
  }

  /** Sends a request without a body. */
  Answer call(String method, String target, String... headers) throws IOException {
    return send(method, target, null, headers);
  }

  /** Sends a request with a body, whose text is UTF-8. */
  Answer send(String method, String target, String body, String... headers) throws IOException {
    return sendBytes(
        method, target, body == null ? null : body.getBytes(StandardCharsets.UTF_8), headers);
  }

  /** Sends a request; a body of null is none. */
  Answer sendBytes(String method, String target, byte[] body, String... headers)
      throws IOException {
    StringBuilder head = new StringBuilder(method).append(' ').append(target);
    head.append(" HTTP/1.1\r\nHost: localhost\r\n");
    for (String header : headers) {
      head.append(header).append("\r\n");
    }
    if (body != null) {
      head.append("Content-Length: ").append(body.length).append("\r\n");
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    bytes.writeBytes(head.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1));
    bytes.writeBytes(body == null ? new byte[0] : body);
    Answer answer = connection.send(bytes.toByteArray()).read(method.equals("HEAD"));
    listener.accept(ContractRecorder.check(method, target, answer));
    return answer;
  }

  /** The body of a response as a JSON object. */
  static JsonObject json(Answer answer) {
    return JsonParser.parseString(answer.text()).getAsJsonObject();
  }

  /** The code of a problem; the whole body where it is none. */
  static String code(Answer answer) {
    boolean isProblem =
        answer.header("Content-Type").filter("application/problem+json"::equals).isPresent();
    return isProblem ? json(answer).get("code").getAsString() : answer.text();
  }

  /** The revision in a tag. */
  static long revision(Answer answer) {
    return Long.parseLong(answer.header("ETag").orElseThrow().replace("\"", ""));
  }

  @Override
  public void close() throws IOException {
    connection.close();
    server.close();
  }
}
