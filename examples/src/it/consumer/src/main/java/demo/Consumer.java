package demo;

import io.kvapp.KVServer;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;

/** What somebody writes who has read the README's first screen. */
public final class Consumer {
  private Consumer() {}

  public static void main(String[] arguments) throws Exception {
    Path data = Path.of(arguments[0]);
    try (KVServer server = KVServer.builder().dataFolder(data).port(0).build().start()) {
      server.store().put("greeting", "hello");
      System.out.println("stored " + server.store().get("greeting").orElseThrow());
      URI address = URI.create("http://localhost:" + server.port() + "/api/auth");
      HttpRequest request = HttpRequest.newBuilder(address).build();
      HttpResponse<String> response =
          HttpClient.newHttpClient().send(request, BodyHandlers.ofString());
      System.out.println("served " + response.statusCode());
    }
    try (KVServer server = KVServer.builder().dataFolder(data).withoutEndpoint().build().start()) {
      System.out.println("kept " + server.store().get("greeting").orElseThrow());
    }
  }
}
