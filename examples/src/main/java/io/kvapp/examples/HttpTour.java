package io.kvapp.examples;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.kvapp.KVServer;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;

/** A tour of the HTTP interface, with the client of the JDK. */
public final class HttpTour {
  private final HttpClient client = HttpClient.newHttpClient();
  private final URI address;
  private final PrintStream out;
  private String token = "";

  private HttpTour(int port, PrintStream out) {
    address = URI.create("http://localhost:" + port);
    this.out = out;
  }

  /** Takes the tour on a store in memory and any free port. */
  public static void main(String[] arguments) throws IOException, InterruptedException {
    run(System.out);
  }

  static void run(PrintStream out) throws IOException, InterruptedException {
    try (KVServer server = KVServer.builder().inMemory().port(0).build().start()) {
      new HttpTour(server.port(), out).take();
    }
  }

  private void take() throws IOException, InterruptedException {
    post("/api/insert", json("key", "city:szeged", "value", "Szeged"));
    authenticate();
    post("/api/insert", json("key", "city:szeged", "value", "Szeged"));
    post("/api/insert", json("key", "city:győr", "value", "Győr"));
    post("/api/search", json("key", "city:szeged"));
    post("/api/search", json("key", "city:atlantis"));
    post("/api/search", json("prefix", "city:"));
    post("/api/search", json("suffix", "city:"));
  }

  private void authenticate() throws IOException, InterruptedException {
    HttpRequest request = HttpRequest.newBuilder(address.resolve("/api/auth")).build();
    HttpResponse<String> response = client.send(request, BodyHandlers.ofString());
    token = JsonParser.parseString(response.body()).getAsJsonObject().get("token").getAsString();
    out.println("GET /api/auth -> " + response.statusCode() + ", a token");
  }

  private void post(String path, JsonObject body) throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(address.resolve(path))
            .header("x-access-tokens", token)
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString(body.toString()))
            .build();
    HttpResponse<String> response = client.send(request, BodyHandlers.ofString());
    String reply = response.body().isEmpty() ? "(no body)" : response.body();
    out.println("POST " + path + " " + body + " -> " + response.statusCode() + " " + reply);
  }

  private static JsonObject json(String... namesAndValues) {
    JsonObject object = new JsonObject();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      object.addProperty(namesAndValues[i], namesAndValues[i + 1]);
    }
    return object;
  }
}
