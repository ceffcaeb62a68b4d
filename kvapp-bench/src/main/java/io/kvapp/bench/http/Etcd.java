package io.kvapp.bench.http;

import io.kvapp.bench.process.Subprocess;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;

/**
 * etcd's own gateway from JSON to gRPC, one node, without authentication. etcd syncs each write (it
 * shares a sync among writers), so its writes promise more than the others'.
 */
final class Etcd implements HttpTarget.Requests {
  static final String NAME = "ETCD";
  static final String TITLE = "etcd gateway";

  private Etcd() {}

  static HttpTarget start(Path work) throws IOException, InterruptedException {
    int port = Subprocess.freePort();
    String client = "http://127.0.0.1:" + port;
    String peer = "http://127.0.0.1:" + Subprocess.freePort();
    List<String> command =
        List.of(
            "etcd",
            "--data-dir=" + work.resolve("etcd"),
            "--listen-client-urls=" + client,
            "--advertise-client-urls=" + client,
            "--listen-peer-urls=" + peer,
            "--initial-advertise-peer-urls=" + peer,
            "--initial-cluster=default=" + peer,
            "--logger=zap",
            "--log-level=warn");
    Subprocess process = Subprocess.start(command, work.resolve("etcd.log"));
    process.awaitPort(port);
    return new HttpTarget(TITLE, port, new Etcd(), List.of(process));
  }

  @Override
  public String get(String key) {
    return request("range", "key", key);
  }

  @Override
  public String put(String key, String value) {
    return request("put", "key", key, "value", value);
  }

  @Override
  public String watch(String prefix) {
    String range = fields("key", prefix, "range_end", end(prefix));
    return HttpTarget.post("/v3/watch", "", "{\"create_request\":" + range + "}");
  }

  @Override
  public byte[] decoded(byte[] beginOfValue) {
    return Base64.getDecoder().decode(beginOfValue);
  }

  @Override
  public String page(String prefix) {
    return request("range", "key", prefix, "range_end", end(prefix));
  }

  /** The first key behind those of a prefix. */
  private static String end(String prefix) {
    int last = prefix.length() - 1;
    return prefix.substring(0, last) + (char) (prefix.charAt(last) + 1);
  }

  private static String request(String method, String... fields) {
    return HttpTarget.post("/v3/kv/" + method, "", fields(fields));
  }

  /** An object of names and the values behind them, which etcd wants in base64. */
  private static String fields(String... fields) {
    StringBuilder body = new StringBuilder();
    for (int i = 0; i < fields.length; i += 2) {
      byte[] value = fields[i + 1].getBytes(StandardCharsets.US_ASCII);
      body.append(i == 0 ? "{\"" : ",\"").append(fields[i]).append("\":\"");
      body.append(Base64.getEncoder().encodeToString(value)).append('"');
    }
    return body.append('}').toString();
  }
}
