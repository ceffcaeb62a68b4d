package io.kvapp.server.v1;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;

/**
 * Reads a stream of Server-Sent Events as the specification of {@code EventSource} says, and
 * refuses what it would only ignore.
 */
final class EventClient implements AutoCloseable {
  /** What stands between two empty lines; null where a part of it is not there. */
  record Block(String id, String data, String retry) {
    JsonObject json() {
      return JsonParser.parseString(data).getAsJsonObject();
    }

    /** The kind of change, and its key where it has one. */
    String what() {
      JsonObject json = json();
      String type = json.get("type").getAsString();
      return json.has("key") ? type + " " + json.get("key").getAsString() : type;
    }

    long revision() {
      return json().get("revision").getAsLong();
    }
  }

  private final HttpURLConnection connection;
  private final BufferedReader lines;
  private String lastEventId;

  EventClient(int port, String query, String... headers) throws IOException {
    URI uri = URI.create("http://localhost:" + port + "/v1/watch" + query);
    connection = (HttpURLConnection) uri.toURL().openConnection();
    connection.setReadTimeout(20_000);
    for (String header : headers) {
      String[] parts = header.split(": ", 2);
      connection.setRequestProperty(parts[0], parts[1]);
    }
    if (connection.getResponseCode() != 200) {
      throw new IOException("status " + connection.getResponseCode());
    }
    if (!"text/event-stream".equals(connection.getContentType())) {
      throw new AssertionError(connection.getContentType());
    }
    lines =
        new BufferedReader(
            new InputStreamReader(connection.getInputStream(), StandardCharsets.UTF_8));
    Block first = block();
    if (!"2000".equals(first.retry)) {
      throw new AssertionError("retry first, not " + first);
    }
  }

  String header(String name) {
    return connection.getHeaderField(name);
  }

  /** The next block; null at the end of the stream. */
  Block block() throws IOException {
    String id = null;
    String data = null;
    String retry = null;
    String line = lines.readLine();
    if (line == null) {
      return null;
    }
    for (; !line.isEmpty(); line = lines.readLine()) {
      int colon = line.indexOf(": ");
      String value = line.substring(colon + 2);
      switch (line.substring(0, colon)) {
        case "id" -> id = value;
        case "data" -> data = data == null ? value : data + "\n" + value;
        case "retry" -> retry = value;
        default -> throw new AssertionError("unexpected: " + line);
      }
    }
    if (id != null) {
      lastEventId = id;
    }
    return new Block(id, data, retry);
  }

  /** The next block with data. */
  Block message() throws IOException {
    Block next = block();
    while (next != null && next.data == null) {
      next = block();
    }
    return next;
  }

  /** What a browser sends as {@code Last-Event-ID} when it connects again; null before any. */
  String lastEventId() {
    return lastEventId;
  }

  @Override
  public void close() {
    connection.disconnect();
  }
}
