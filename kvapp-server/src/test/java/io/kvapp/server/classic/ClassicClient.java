package io.kvapp.server.classic;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.kvapp.server.http.connection.RawClient;
import io.kvapp.server.http.connection.RawClient.Answer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** The requests of the three endpoints of the Python KVApp as bytes. */
public final class ClassicClient {
  private ClassicClient() {}

  /** Asks for a token. */
  public static String token(RawClient client) throws IOException {
    client.send("GET /api/auth HTTP/1.1\r\nHost: localhost\r\n\r\n");
    return JsonParser.parseString(client.read().text())
        .getAsJsonObject()
        .get("token")
        .getAsString();
  }

  /** The bytes of a POST with a token and a body. */
  public static byte[] post(String path, String token, String body) {
    String head =
        "POST "
            + path
            + " HTTP/1.1\r\nHost: localhost\r\nx-access-tokens: "
            + token
            + "\r\nContent-Length: "
            + body.getBytes(StandardCharsets.UTF_8).length
            + "\r\n\r\n";
    return (head + body).getBytes(StandardCharsets.UTF_8);
  }

  public static Answer insert(RawClient client, String token, String key, String value)
      throws IOException {
    return client.send(post("/api/insert", token, members("key", key, "value", value))).read();
  }

  public static Answer search(RawClient client, String token, String member, String text)
      throws IOException {
    return client.send(post("/api/search", token, members(member, text))).read();
  }

  /** A JSON object of strings. */
  public static String members(String... namesAndValues) {
    JsonObject object = new JsonObject();
    for (int index = 0; index < namesAndValues.length; index += 2) {
      object.addProperty(namesAndValues[index], namesAndValues[index + 1]);
    }
    return object.toString();
  }
}
