package io.kvapp.bench.engine;

import io.kvapp.Batch;
import io.kvapp.Durability;
import io.kvapp.Entry;
import io.kvapp.KVServer;
import io.kvapp.KVStore;
import io.kvapp.Scan;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
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
  private BulkLoad load;

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

  /** Hands entries to one bulk load. */
  @Override
  public void load(Session session, byte[][] keys, byte[][] values) throws Exception {
    if (load == null) {
      load = new BulkLoad(store);
    }
    load.add(keys, values);
  }

  @Override
  public void endLoad() throws Exception {
    if (load != null) {
      load.end();
      load = null;
    }
  }

  @Override
  public void settle() {
    store.admin().compact();
  }

  /** Turns the batches of a thread into the entries of {@code admin().load}. */
  private static final class BulkLoad implements Iterator<Entry> {
    private static final int BATCHES_AHEAD = 16;
    private static final List<Entry> END = List.of();

    private final BlockingQueue<List<Entry>> batches = new ArrayBlockingQueue<>(BATCHES_AHEAD);
    private final CompletableFuture<Long> loading;
    private Iterator<Entry> batch = Collections.emptyIterator();
    private boolean ended;

    private BulkLoad(KVStore store) {
      loading = CompletableFuture.supplyAsync(() -> store.admin().load(this));
      loading.whenComplete((count, failure) -> batches.clear());
    }

    private void add(byte[][] keys, byte[][] values) throws InterruptedException {
      List<Entry> entries = new ArrayList<>(keys.length);
      for (int i = 0; i < keys.length; i++) {
        entries.add(new Entry(keys[i], values[i], 0, 0));
      }
      if (!entries.isEmpty()) {
        put(entries);
      }
    }

    private void put(List<Entry> entries) throws InterruptedException {
      while (!batches.offer(entries, 1, TimeUnit.SECONDS)) {
        if (loading.isDone()) {
          loading.join();
        }
      }
    }

    private void end() throws InterruptedException {
      put(END);
      loading.join();
    }

    @Override
    public boolean hasNext() {
      while (!batch.hasNext() && !ended) {
        try {
          List<Entry> next = batches.take();
          ended = next == END;
          batch = next.iterator();
        } catch (InterruptedException interrupt) {
          throw new IllegalStateException(interrupt);
        }
      }
      return batch.hasNext();
    }

    @Override
    public Entry next() {
      return batch.next();
    }
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
