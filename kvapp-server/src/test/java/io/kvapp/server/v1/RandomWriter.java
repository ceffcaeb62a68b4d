package io.kvapp.server.v1;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.kvapp.server.http.connection.RawClient;
import io.kvapp.server.http.connection.RawClient.Answer;
import java.io.IOException;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListSet;

/**
 * Writes to a server that may die at any moment, by puts, deletes and transactions, and keeps the
 * revisions that it acknowledged.
 *
 * <p>Safe for any thread.
 */
final class RandomWriter {
  private static final String HEAD = " HTTP/1.1\r\nHost: localhost\r\n";

  private final Set<Long> acknowledged = new ConcurrentSkipListSet<>();

  /** The revisions of the writes that were answered. */
  Set<Long> acknowledged() {
    return acknowledged;
  }

  /** Starts a thread that writes until the server refuses or is gone. */
  Thread start(int port, long seed) {
    Thread thread =
        new Thread(
            () -> {
              try {
                write(port, new Random(seed), Integer.MAX_VALUE);
              } catch (IOException killed) {
                // What was under way was not acknowledged.
              }
            });
    thread.start();
    return thread;
  }

  /** Writes so many times, or until the server refuses. */
  void write(int port, Random random, int writes) throws IOException {
    try (RawClient client = new RawClient(port)) {
      int status = 200;
      for (int left = writes; left > 0 && status < 500; left--) {
        String key = "k" + random.nextInt(100);
        Answer answer =
            switch (random.nextInt(4)) {
              case 0 -> ask(client, "DELETE /v1/kv/" + key, null);
              case 1 -> ask(client, "POST /v1/txn", transaction(key, "t" + left));
              default -> ask(client, "PUT /v1/kv/" + key, "v" + left);
            };
        status = answer.status();
        if (status < 300) {
          acknowledged.add(revision(answer));
        }
      }
    }
  }

  /** The entries of a server, by an export, which is of one moment. */
  static Map<String, String> contents(int port) throws IOException {
    Map<String, String> all = new TreeMap<>();
    long end = -1;
    for (String line : ask(port, "GET /v1/export", null).text().split("\n")) {
      JsonObject entry = JsonParser.parseString(line).getAsJsonObject();
      if (entry.has("end")) {
        end = entry.get("entries").getAsLong();
      } else {
        all.put(entry.get("key").getAsString(), entry.get("value").getAsString());
      }
    }
    assertThat(end).isEqualTo(all.size());
    return all;
  }

  /** The revision that an answer tells. */
  static long revision(Answer answer) {
    return Long.parseLong(answer.header("KVApp-Revision").orElseThrow());
  }

  /** Sends one request, such as {@code PUT /v1/kv/a}, on a connection of its own. */
  static Answer ask(int port, String request, String body) throws IOException {
    try (RawClient client = new RawClient(port)) {
      return ask(client, request, body);
    }
  }

  private static Answer ask(RawClient client, String request, String body) throws IOException {
    String length = body == null ? "" : "Content-Length: " + body.length() + "\r\n";
    return client.send(request + HEAD + length + "\r\n" + (body == null ? "" : body)).read();
  }

  private static String transaction(String key, String value) {
    String put = "{\"op\":\"put\",\"key\":\"%s\",\"value\":\"%s\"}";
    return "{\"then\":[" + put.formatted(key, value) + "," + put.formatted(key + "b", value) + "]}";
  }
}
