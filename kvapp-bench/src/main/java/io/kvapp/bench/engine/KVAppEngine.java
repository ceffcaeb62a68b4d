package io.kvapp.bench.engine;

import io.kvapp.Batch;
import io.kvapp.Durability;
import io.kvapp.Entry;
import io.kvapp.KVServer;
import io.kvapp.KVStore;
import io.kvapp.Scan;
import java.util.List;
import java.util.function.BiConsumer;

/**
 * KVApp through its public API, everything at its default.
 *
 * <p>Without sync: a write is in the kernel before it is acknowledged; a background sync follows
 * within a second. With sync: group commit before the acknowledgement.
 */
final class KVAppEngine implements Engine {
  private final KVServer server;
  private final KVStore store;

  KVAppEngine(EngineSettings settings) {
    server =
        KVServer.builder()
            .dataFolder(settings.folder())
            .durability(settings.sync() ? Durability.SYNC : Durability.OS)
            .withoutEndpoint()
            .build()
            .start();
    store = server.store();
  }

  @Override
  public Session session() {
    return new StoreSession(store);
  }

  @Override
  public void settle() {
    store.admin().compact();
  }

  @Override
  public void close() {
    server.close();
  }

  private record StoreSession(KVStore store) implements Session {
    @Override
    public byte[] get(byte[] key) {
      return store.get(key).orElse(null);
    }

    @Override
    public void put(byte[] key, byte[] value) {
      store.put(key, value);
    }

    @Override
    public void putAll(byte[][] keys, byte[][] values) {
      Batch batch = new Batch();
      for (int i = 0; i < keys.length; i++) {
        batch.put(keys[i], values[i]);
      }
      store.commit(batch);
    }

    @Override
    public void delete(byte[] key) {
      store.delete(key);
    }

    @Override
    public int page(byte[] prefix, int limit, boolean reversed, BiConsumer<byte[], byte[]> sink) {
      Scan scan = Scan.prefix(prefix).limit(limit);
      List<Entry> entries = store.scan(reversed ? scan.reversed() : scan).entries();
      for (Entry entry : entries) {
        sink.accept(entry.key(), entry.value());
      }
      return entries.size();
    }
  }
}
