package io.kvapp.bench.engine;

import java.util.Iterator;
import java.util.Map;
import java.util.function.BiConsumer;
import org.mapdb.BTreeMap;
import org.mapdb.DB;
import org.mapdb.DBMaker;
import org.mapdb.Serializer;

/**
 * MapDB's B-tree over a memory-mapped file, its values in the nodes up to 1 KiB.
 *
 * <p>Without sync: no transactions. A write changes the mapped file in place, so its bytes are in
 * the kernel when it is acknowledged, but a kill in mid-write can leave the file damaged, and it
 * opens again only with its check for that turned off; it stands in the tables as less safe. With
 * sync: transactions over a write-ahead log with a commit, which syncs, for each write.
 */
final class MapDbEngine implements Engine {
  private static final int LARGE_VALUE_BYTES = 1 << 10;
  private static final int ENTRIES_PER_LOAD_COMMIT = 100_000;

  private final DB database;
  private final BTreeMap<byte[], byte[]> entries;
  private final boolean transactions;
  private long loaded;

  MapDbEngine(EngineSettings settings) {
    transactions = settings.sync();
    DBMaker.Maker maker =
        DBMaker.fileDB(settings.folder().resolve("entries.mapdb").toFile())
            .fileMmapEnableIfSupported()
            .fileMmapPreclearDisable()
            .allocateStartSize(64L << 20)
            .allocateIncrement(64L << 20);
    database = (transactions ? maker.transactionEnable() : maker).make();
    DB.TreeMapMaker<byte[], byte[]> map =
        database
            .treeMap("entries")
            .keySerializer(Serializer.BYTE_ARRAY_DELTA)
            .valueSerializer(Serializer.BYTE_ARRAY);
    entries =
        (settings.valueBytes() >= LARGE_VALUE_BYTES ? map.valuesOutsideNodesEnable() : map)
            .createOrOpen();
  }

  @Override
  public Session session() {
    return new TreeSession();
  }

  @Override
  public void load(Session session, byte[][] keys, byte[][] values) {
    for (int i = 0; i < keys.length; i++) {
      entries.put(keys[i], values[i]);
    }
    loaded += keys.length;
    if (transactions && loaded >= ENTRIES_PER_LOAD_COMMIT) {
      database.commit();
      loaded = 0;
    }
  }

  @Override
  public void settle() {
    database.commit();
  }

  @Override
  public void close() {
    database.close();
  }

  private void acknowledge() {
    if (transactions) {
      database.commit();
    }
  }

  private final class TreeSession implements Session {
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
      return read(entries.entryIterator(prefix, true, Prefixes.end(prefix), false), limit, sink);
    }

    @Override
    public int reversePage(byte[] prefix, int limit, BiConsumer<byte[], byte[]> sink) {
      return read(
          entries.descendingEntryIterator(prefix, true, Prefixes.end(prefix), false), limit, sink);
    }

    private static int read(
        Iterator<Map.Entry<byte[], byte[]>> iterator, int limit, BiConsumer<byte[], byte[]> sink) {
      int count = 0;
      while (count < limit && iterator.hasNext()) {
        Map.Entry<byte[], byte[]> entry = iterator.next();
        sink.accept(entry.getKey(), entry.getValue());
        count++;
      }
      return count;
    }
  }
}
