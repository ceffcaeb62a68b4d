package io.kvapp.bench.http;

import com.google.gson.JsonParser;
import io.kvapp.KVServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;

/** KVApp with its HTTP endpoint, everything at its default. */
final class KVAppServer implements JvmServer.Running {
  private final KVServer server;

  KVAppServer(Path folder) {
    server = KVServer.builder().dataFolder(folder).port(0).build().start();
  }

  @Override
  public int port() {
    return server.port();
  }

  @Override
  public String token() {
    URI uri = URI.create("http://localhost:" + port() + "/api/auth");
    try {
      String answer =
          HttpClient.newHttpClient()
              .send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString())
              .body();
      return JsonParser.parseString(answer).getAsJsonObject().get("token").getAsString();
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    } catch (InterruptedException interrupted) {
      throw new IllegalStateException("interrupted while waiting for a token", interrupted);
    }
  }

  @Override
  public void put(String key, String value) {
    server.store().put(key, value);
  }

  @Override
  public void close() {
    server.close();
  }
}
