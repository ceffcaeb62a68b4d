package io.kvapp.client;

import io.kvapp.KVServer;
import io.kvapp.KVStore;
import io.kvapp.KVStoreContract;
import io.kvapp.StoreOptions;
import io.kvapp.server.HttpEndpoint;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Set;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * The client, held to the contract of every store over a real server. It is here and not beside the
 * client, as the runnable jar of the server has the client in it.
 */
@Timeout(120)
final class RemoteStoreContractTest extends KVStoreContract {
  @RegisterExtension final TestServers servers = new TestServers();

  @Override
  public Set<Part> parts() {
    return EnumSet.complementOf(EnumSet.of(Part.LOAD, Part.SNAPSHOT));
  }

  @Override
  public int times(int count) {
    return Boolean.getBoolean("kvapp.long") ? count : count / 20;
  }

  @Override
  public KVStore open(Path folder, StoreOptions options) {
    KVServer server =
        servers.start(KVStore.inMemory(options), HttpEndpoint.builder(), options.clock());
    return KVStore.open(TestServers.uri(server));
  }
}
