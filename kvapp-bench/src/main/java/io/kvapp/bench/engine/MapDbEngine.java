package io.kvapp.bench.engine;

import java.util.function.BiConsumer;
import java.util.function.Function;
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
final class MapDbEngine extends MapEngine<byte[]> {
  private static final int LARGE_VALUE_BYTES = 1 << 10;
  private static final int ENTRIES_PER_LOAD_COMMIT = 100_000;

  private final DB database;
  private final BTreeMap<byte[], byte[]> entries;
  private final boolean transactions;
  private long loaded;

  private MapDbEngine(DB database, BTreeMap<byte[], byte[]> entries, boolean transactions) {
    super(entries, Function.identity());
    this.database = database;
    this.entries = entries;
    this.transactions = transactions;
  }

  static Engine open(EngineSettings settings) {
    DBMaker.Maker maker =
        DBMaker.fileDB(settings.folder().resolve("entries.mapdb").toFile())
            .fileMmapEnableIfSupported()
            .fileMmapPreclearDisable()
            .allocateStartSize(64L << 20)
            .allocateIncrement(64L << 20);
    DB database = (settings.sync() ? maker.transactionEnable() : maker).make();
    DB.TreeMapMaker<byte[], byte[]> map =
        database
            .treeMap("entries")
            .keySerializer(Serializer.BYTE_ARRAY_DELTA)
            .valueSerializer(Serializer.BYTE_ARRAY);
    if (settings.valueBytes() >= LARGE_VALUE_BYTES) {
      map.valuesOutsideNodesEnable();
    }
    return new MapDbEngine(database, map.createOrOpen(), settings.sync());
  }

  @Override
  public void load(Session session, byte[][] keys, byte[][] values) {
    super.load(session, keys, values);
    loaded += keys.length;
    if (transactions && loaded >= ENTRIES_PER_LOAD_COMMIT) {
      database.commit();
      loaded = 0;
    }
  }

  @Override
  void acknowledge() {
    if (transactions) {
      database.commit();
    }
  }

  @Override
  int page(byte[] prefix, int limit, boolean reversed, BiConsumer<byte[], byte[]> sink) {
    byte[] end = Prefixes.end(prefix);
    return read(
        reversed
            ? entries.descendingEntryIterator(prefix, true, end, false)
            : entries.entryIterator(prefix, true, end, false),
        limit,
        sink);
  }

  @Override
  public void settle() {
    database.commit();
  }

  @Override
  public void close() {
    database.close();
  }
}
