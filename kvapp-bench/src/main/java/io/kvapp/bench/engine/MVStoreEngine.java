package io.kvapp.bench.engine;

import java.util.function.BiConsumer;
import java.util.function.Function;
import org.h2.mvstore.Cursor;
import org.h2.mvstore.MVMap;
import org.h2.mvstore.MVStore;
import org.h2.mvstore.type.ByteArrayDataType;

/**
 * H2's MVStore with a page cache that holds all of the data, 64 MiB of unsaved pages before it
 * commits by itself (less makes a scattered load rewrite the file over and over), and no wait
 * before space is used again. A load does not commit by itself, since a commit for each chunk would
 * write the whole file again for every few thousand entries.
 *
 * <p>It is run in two ways. With a commit after each write, the write is a chunk in the kernel
 * before it is acknowledged, as with the others; with sync, {@code MVStore.sync()} follows. With
 * its own background commit, the default, a write is acknowledged while it is only on the heap: a
 * kill loses up to a second of writes, so that way stands in the tables as less safe.
 */
final class MVStoreEngine extends MapEngine<byte[]> {
  private static final int MIN_CACHE_MEGABYTES = 64;
  private static final int COMMIT_BUFFER_KILOBYTES = 64 << 10;
  private static final int RETENTION_MILLIS = 1_000;

  private final MVMap<byte[], byte[]> entries;
  private final MVStore store;
  private final boolean commitEach;
  private final boolean sync;

  private MVStoreEngine(MVMap<byte[], byte[]> entries, boolean commitEach, boolean sync) {
    super(entries, Function.identity());
    this.entries = entries;
    this.commitEach = commitEach;
    this.sync = sync;
    store = entries.getStore();
  }

  static Engine open(EngineSettings settings, boolean commitEach) {
    MVStore.Builder builder =
        new MVStore.Builder()
            .fileName(settings.folder().resolve("entries.mv").toString())
            .autoCommitBufferSize(COMMIT_BUFFER_KILOBYTES)
            .cacheSize((int) Math.max(MIN_CACHE_MEGABYTES, settings.dataBytes() * 2 >> 20));
    MVStore store = commitEach ? builder.autoCommitDisabled().open() : builder.open();
    store.setRetentionTime(RETENTION_MILLIS);
    MVMap<byte[], byte[]> entries =
        store.openMap(
            "entries",
            new MVMap.Builder<byte[], byte[]>()
                .keyType(ByteArrayDataType.INSTANCE)
                .valueType(ByteArrayDataType.INSTANCE));
    return new MVStoreEngine(entries, commitEach || settings.sync(), settings.sync());
  }

  @Override
  void acknowledge() {
    if (commitEach) {
      store.commit();
      if (sync) {
        store.sync();
      }
    }
  }

  @Override
  int page(byte[] prefix, int limit, boolean reversed, BiConsumer<byte[], byte[]> sink) {
    Cursor<byte[], byte[]> cursor =
        reversed ? entries.cursor(Prefixes.end(prefix), prefix, true) : entries.cursor(prefix);
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

  @Override
  public void settle() {
    store.commit();
    store.sync();
  }

  @Override
  public void close() {
    store.close();
  }
}
