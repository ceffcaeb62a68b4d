package io.kvapp.bench.engine;

import java.util.function.BiConsumer;
import org.h2.mvstore.Cursor;
import org.h2.mvstore.MVMap;
import org.h2.mvstore.MVStore;
import org.h2.mvstore.type.ByteArrayDataType;

/**
 * H2's MVStore with a page cache that holds all of the data, 64 MiB of unsaved pages before it
 * commits by itself (less makes a scattered load rewrite the file over and over), and no wait
 * before space is used again.
 *
 * <p>It is run in two ways. With a commit after each write, the write is a chunk in the kernel
 * before it is acknowledged, as with the others; with sync, {@code MVStore.sync()} follows. With
 * its own background commit, the default, a write is acknowledged while it is only on the heap: a
 * kill loses up to a second of writes, so that way stands in the tables as less safe.
 */
final class MVStoreEngine implements Engine {
  private static final int MIN_CACHE_MEGABYTES = 64;
  private static final int COMMIT_BUFFER_KILOBYTES = 64 << 10;
  private static final int RETENTION_MILLIS = 1_000;

  private final MVStore store;
  private final MVMap<byte[], byte[]> entries;
  private final boolean commitEach;
  private final boolean sync;

  MVStoreEngine(EngineSettings settings, boolean commitEach) {
    MVStore.Builder builder =
        new MVStore.Builder()
            .fileName(settings.folder().resolve("entries.mv").toString())
            .autoCommitBufferSize(COMMIT_BUFFER_KILOBYTES)
            .cacheSize((int) Math.max(MIN_CACHE_MEGABYTES, settings.dataBytes() * 2 >> 20));
    store = commitEach ? builder.autoCommitDisabled().open() : builder.open();
    store.setRetentionTime(RETENTION_MILLIS);
    entries =
        store.openMap(
            "entries",
            new MVMap.Builder<byte[], byte[]>()
                .keyType(ByteArrayDataType.INSTANCE)
                .valueType(ByteArrayDataType.INSTANCE));
    this.commitEach = commitEach || settings.sync();
    sync = settings.sync();
  }

  @Override
  public Session session() {
    return new MapSession();
  }

  @Override
  public void load(Session session, byte[][] keys, byte[][] values) {
    // A commit for each chunk would write the whole file again for every few thousand entries.
    for (int i = 0; i < keys.length; i++) {
      entries.put(keys[i], values[i]);
    }
  }

  @Override
  public void settle() {
    store.commit();
    store.sync();
  }

  @Override
  public void close() {
    store.close();
  }

  private void acknowledge() {
    if (commitEach) {
      store.commit();
      if (sync) {
        store.sync();
      }
    }
  }

  private final class MapSession implements Session {
    @Override
    public byte[] get(byte[] key) {
      return entries.get(key);
    }

    @Override
    public void put(byte[] key, byte[] value) {
      entries.put(key, value);
      acknowledge();
    }

    @Override
    public void putAll(byte[][] keys, byte[][] values) {
      for (int i = 0; i < keys.length; i++) {
        entries.put(keys[i], values[i]);
      }
      acknowledge();
    }

    @Override
    public void delete(byte[] key) {
      entries.remove(key);
      acknowledge();
    }

    @Override
    public int page(byte[] prefix, int limit, BiConsumer<byte[], byte[]> sink) {
      return read(entries.cursor(prefix), prefix, limit, sink);
    }

    @Override
    public int reversePage(byte[] prefix, int limit, BiConsumer<byte[], byte[]> sink) {
      return read(entries.cursor(Prefixes.end(prefix), prefix, true), prefix, limit, sink);
    }

    private static int read(
        Cursor<byte[], byte[]> cursor, byte[] prefix, int limit, BiConsumer<byte[], byte[]> sink) {
      int count = 0;
      while (count < limit && cursor.hasNext()) {
        byte[] key = cursor.next();
        if (!Prefixes.startsWith(key, prefix)) {
          break;
        }
        sink.accept(key, cursor.getValue());
        count++;
      }
      return count;
    }
  }
}
