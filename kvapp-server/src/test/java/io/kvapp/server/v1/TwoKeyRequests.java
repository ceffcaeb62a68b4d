package io.kvapp.server.v1;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.kvapp.server.http.connection.RawClient;
import io.kvapp.server.http.connection.RawClient.Answer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;

/**
 * The requests for two keys that Lincheck sends in threads; it makes an instance for each try,
 * which takes keys of its own in the store of one server. Each number stands for a value, 0 for
 * none.
 *
 * <p>All methods may be called from any thread.
 */
@Param(name = "value", gen = IntGen.class, conf = "1:3")
public class TwoKeyRequests {
  private static final String MUST_NOT_EXIST = "If-None-Match: *";
  private static final AtomicLong FOLDERS = new AtomicLong();
  private static final Queue<RawClient> IDLE = new ConcurrentLinkedQueue<>();
  private static volatile int port;

  private final String folder = "try" + FOLDERS.incrementAndGet() + "/";
  private final String first = folder + "a";
  private final String second = folder + "b";

  /** Requests for keys that are not there yet. */
  public TwoKeyRequests() {}

  /** Sends the requests of all instances to this server until the result is closed. */
  static AutoCloseable sendTo(int serverPort) {
    port = serverPort;
    return () -> {
      for (RawClient client = IDLE.poll(); client != null; client = IDLE.poll()) {
        client.close();
      }
    };
  }

  /** Writes the first; whether it was created. */
  @Operation
  public boolean createOrReplace(@Param(name = "value") int value) {
    return ask("PUT", kv(first), text(value)).status() == 201;
  }

  /** The value of the first. */
  @Operation
  public int get() {
    Answer answer = ask("GET", kv(first), null);
    return answer.status() == 404 ? 0 : Integer.parseInt(answer.text());
  }

  /** Whether the first was there. */
  @Operation
  public boolean delete() {
    return ask("DELETE", kv(first), null).status() == 204;
  }

  /** Creates the first; what is there instead, as the refusal shows it, 0 if it was created. */
  @Operation
  public int create(@Param(name = "value") int value) {
    return current(ask("PUT", kv(first), text(value), MUST_NOT_EXIST));
  }

  /** Replaces the first if it is there. */
  @Operation
  public boolean replace(@Param(name = "value") int value) {
    return ask("PUT", kv(first), text(value), "If-Match: *").status() == 204;
  }

  /** Replaces one value with another by its revision; a lost race is tried again. */
  @Operation
  public boolean compareAndSet(
      @Param(name = "value") int expected, @Param(name = "value") int value) {
    return ifStill(expected, "PUT", text(value));
  }

  /** Deletes one value by its revision; a lost race is tried again. */
  @Operation
  public boolean compareAndDelete(@Param(name = "value") int expected) {
    return ifStill(expected, "DELETE", null);
  }

  /** Adds to the first; the sum. */
  @Operation
  public long add(@Param(name = "value") int value) {
    return Long.parseLong(ask("POST", kv(first) + "?add=" + value, null).text());
  }

  /** Whether the first is there. */
  @Operation
  public boolean touch() {
    return ask("PATCH", kv(first) + "?ttl=1d", null).status() == 204;
  }

  /** Adds to both; the sums. */
  @Operation
  public String addToBoth(@Param(name = "value") int value) {
    JsonArray results = results("", add(first, value) + "," + add(second, value));
    return member(results, 0, "value") + " " + member(results, 1, "value");
  }

  /** Moves the first to the second if it has this value; the first as it is, if not. */
  @Operation
  public int move(@Param(name = "value") int expected) {
    String condition = "\"if\":[{\"key\":\"%s\",\"value\":\"%d\"}],".formatted(first, expected);
    String writes =
        "{\"op\":\"delete\",\"key\":\"%s\"},{\"op\":\"put\",\"key\":\"%s\",\"value\":\"%d\"}"
            .formatted(first, second, expected);
    Answer answer = transaction(condition, writes);
    if (answer.status() == 200) {
      return -1;
    }
    JsonArray failed = V1Client.json(answer).getAsJsonArray("failed");
    return number(failed.get(0).getAsJsonObject().get("current"));
  }

  /** Both, by a transaction that reads alone. */
  @Operation
  public String getBoth() {
    String get = "{\"op\":\"get\",\"key\":\"%s\"}";
    JsonArray results = results("", get.formatted(first) + "," + get.formatted(second));
    return number(member(results, 0, "entry")) + " " + number(member(results, 1, "entry"));
  }

  /** Both, by a page of a list. */
  @Operation
  public String scanBoth() {
    Answer answer = ask("GET", "/v1/kv?prefix=" + folder, null);
    int[] found = {0, 0};
    for (JsonElement entry : V1Client.json(answer).getAsJsonArray("entries")) {
      boolean isFirst = entry.getAsJsonObject().get("key").getAsString().equals(first);
      found[isFirst ? 0 : 1] = number(entry);
    }
    return found[0] + " " + found[1];
  }

  private boolean ifStill(int expected, String method, String body) {
    Answer read = ask("GET", kv(first), null);
    while (read.status() == 200 && read.text().equals(text(expected))) {
      String condition = "If-Match: " + read.header("ETag").orElseThrow();
      if (ask(method, kv(first), body, condition).status() == 204) {
        return true;
      }
      read = ask("GET", kv(first), null);
    }
    return false;
  }

  private static JsonArray results(String conditions, String operations) {
    return V1Client.json(transaction(conditions, operations)).getAsJsonArray("results");
  }

  private static Answer transaction(String conditions, String operations) {
    return ask("POST", "/v1/txn", "{" + conditions + "\"then\":[" + operations + "]}");
  }

  private static String add(String key, int value) {
    return "{\"op\":\"add\",\"key\":\"%s\",\"by\":%d}".formatted(key, value);
  }

  private static JsonElement member(JsonArray results, int index, String name) {
    return results.get(index).getAsJsonObject().get(name);
  }

  private static String text(int value) {
    return Integer.toString(value);
  }

  private static String kv(String key) {
    return "/v1/kv/" + key;
  }

  /** What a refusal says is there; 0 where nothing was refused. */
  private static int current(Answer answer) {
    return answer.status() == 412 ? number(V1Client.json(answer).get("current")) : 0;
  }

  private static int number(JsonElement entry) {
    JsonObject object = entry.isJsonNull() ? null : entry.getAsJsonObject();
    return object == null ? 0 : Integer.parseInt(object.get("value").getAsString());
  }

  /** Sends a request over a connection that no other thread uses meanwhile. */
  private static Answer ask(String method, String target, String body, String... headers) {
    StringBuilder request = new StringBuilder(method + " " + target);
    request.append(" HTTP/1.1\r\nHost: localhost\r\n");
    for (String header : headers) {
      request.append(header).append("\r\n");
    }
    if (body != null) {
      int length = body.getBytes(StandardCharsets.ISO_8859_1).length;
      request.append("Content-Length: ").append(length).append("\r\n");
    }
    request.append("\r\n").append(body == null ? "" : body);
    try {
      RawClient idle = IDLE.poll();
      RawClient client = idle == null ? new RawClient(port) : idle;
      Answer answer = client.send(request.toString()).read();
      IDLE.add(client);
      if (answer.status() >= 400 && answer.status() != 404 && answer.status() != 412) {
        throw new AssertionError(answer.status() + " " + answer.text());
      }
      return answer;
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }
}
