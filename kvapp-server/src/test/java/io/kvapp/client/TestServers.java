package io.kvapp.client;

import io.kvapp.KVServer;
import io.kvapp.KVStore;
import io.kvapp.server.HttpEndpoint;
import java.net.URI;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Servers of one test, which are closed behind it, with the stores they serve. */
final class TestServers implements AfterEachCallback {
  private final List<AutoCloseable> open = new ArrayList<>();

  /** A server of a store, on any port. */
  KVServer start(KVStore store) {
    return start(store, HttpEndpoint.builder(), InstantSource.system());
  }

  KVServer start(KVStore store, HttpEndpoint.Builder endpoint, InstantSource clock) {
    open.add(store);
    KVServer server = builder(clock).store(store).endpoint(endpoint.build()).build().start();
    open.add(server);
    return server;
  }

  /** A builder of a server on any port, which the caller starts and closes. */
  KVServer.Builder builder(InstantSource clock) {
    return KVServer.builder().port(0).clock(clock);
  }

  static URI uri(KVServer server) {
    return URI.create("http://localhost:" + server.port());
  }

  @Override
  public void afterEach(ExtensionContext context) throws Exception {
    for (int index = open.size() - 1; index >= 0; index--) {
      open.get(index).close();
    }
    open.clear();
  }
}
