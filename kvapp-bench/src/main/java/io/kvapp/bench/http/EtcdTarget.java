package io.kvapp.bench.http;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/**
 * etcd's own gateway from JSON to gRPC, one node, without authentication. etcd syncs each write (it
 * shares a sync among writers), so its writes promise more than the others'.
 */
final class EtcdTarget implements HttpTarget {
  private static final int BATCH = 100;

  private final ChildProcess process;
  private final int port;

  private EtcdTarget(ChildProcess process, int port) {
    this.process = process;
    this.port = port;
  }

  static boolean isInstalled() {
    return ChildProcess.isInstalled("etcd");
  }

  static EtcdTarget start(Path work) throws IOException, InterruptedException {
    int port = Ports.free();
    String client = "http://127.0.0.1:" + port;
    String peer = "http://127.0.0.1:" + Ports.free();
    ChildProcess process =
        ChildProcess.start(
            List.of(
                "etcd",
                "--data-dir=" + work.resolve("etcd"),
                "--listen-client-urls=" + client,
                "--advertise-client-urls=" + client,
                "--listen-peer-urls=" + peer,
                "--initial-advertise-peer-urls=" + peer,
                "--initial-cluster=default=" + peer,
                "--logger=zap",
                "--log-level=warn"),
            work.resolve("etcd.log"),
            true);
    try {
      Ports.await(port, process);
      return new EtcdTarget(process, port);
    } catch (IOException | RuntimeException failure) {
      process.close();
      throw failure;
    }
  }

  @Override
  public String title() {
    return "etcd gateway";
  }

  @Override
  public int port() {
    return port;
  }

  @Override
  public String get(String key) {
    return HttpTarget.withBody("POST", "/v3/kv/range", "", "{\"key\":\"" + base64(key) + "\"}");
  }

  @Override
  public String put(String key, String value) {
    return HttpTarget.withBody("POST", "/v3/kv/put", "", putBody(key, value));
  }

  @Override
  public Optional<String> page(String prefix) {
    String end =
        prefix.substring(0, prefix.length() - 1) + (char) (prefix.charAt(prefix.length() - 1) + 1);
    String body = "{\"key\":\"" + base64(prefix) + "\",\"range_end\":\"" + base64(end) + "\"}";
    return Optional.of(HttpTarget.withBody("POST", "/v3/kv/range", "", body));
  }

  @Override
  public double processorSeconds() {
    return process.processorSeconds();
  }

  @Override
  public void load(Entries entries) throws IOException {
    HttpClient client = HttpClient.newHttpClient();
    URI uri = URI.create("http://127.0.0.1:" + port + "/v3/kv/txn");
    for (int first = 0; first < entries.count(); first += BATCH) {
      List<String> puts = new ArrayList<>();
      for (int i = first; i < Math.min(first + BATCH, entries.count()); i++) {
        puts.add("{\"requestPut\":" + putBody(entries.key(i), entries.value(i)) + "}");
      }
      String body = "{\"success\":[" + String.join(",", puts) + "]}";
      HttpRequest request = HttpRequest.newBuilder(uri).POST(BodyPublishers.ofString(body)).build();
      try {
        HttpResponse<String> answer = client.send(request, BodyHandlers.ofString());
        if (answer.statusCode() != 200) {
          throw new IOException("etcd answered " + answer.statusCode() + " " + answer.body());
        }
      } catch (InterruptedException interrupted) {
        Thread.currentThread().interrupt();
        throw new IOException("interrupted while loading etcd", interrupted);
      }
    }
  }

  @Override
  public void close() {
    process.close();
  }

  private static String putBody(String key, String value) {
    return "{\"key\":\"" + base64(key) + "\",\"value\":\"" + base64(value) + "\"}";
  }

  private static String base64(String text) {
    return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.US_ASCII));
  }
}
