package io.kvapp.bench.engine;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.BiConsumer;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.BloomFilter;
import org.rocksdb.Cache;
import org.rocksdb.CompressionType;
import org.rocksdb.DataBlockIndexType;
import org.rocksdb.EnvOptions;
import org.rocksdb.IngestExternalFileOptions;
import org.rocksdb.LRUCache;
import org.rocksdb.Options;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.SstFileWriter;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;

/**
 * RocksDB by rocksdbjni: Bloom filters of ten bits a key, a hash index in its blocks, no
 * compression (the values are random bytes), a block cache that holds all of the data, and blob
 * files for values of 16 KiB and more.
 *
 * <p>Without sync: the default; the write-ahead log is written to the kernel before the
 * acknowledgement and nothing is synced. With sync: {@code WriteOptions.setSync(true)}; writers
 * that wait share a sync.
 */
final class RocksDbEngine implements Engine {
  private static final long MIN_CACHE_BYTES = 256L << 20;
  private static final int LARGE_VALUE_BYTES = 16 << 10;

  private final Cache cache;
  private final BloomFilter bloom;
  private final Options options;
  private final WriteOptions writing;
  private final RocksDB database;
  private final Path ingested;
  private SstFileWriter writer;

  RocksDbEngine(EngineSettings settings) throws IOException {
    RocksDB.loadLibrary();
    ingested = settings.folder().resolveSibling(settings.folder().getFileName() + ".sst");
    bloom = new BloomFilter(10);
    cache = new LRUCache(Math.max(MIN_CACHE_BYTES, settings.dataBytes() * 2));
    options =
        new Options()
            .setCreateIfMissing(true)
            .setIncreaseParallelism(Runtime.getRuntime().availableProcessors())
            .setCompressionType(CompressionType.NO_COMPRESSION)
            .setTableFormatConfig(
                new BlockBasedTableConfig()
                    .setBlockCache(cache)
                    .setFilterPolicy(bloom)
                    .setDataBlockIndexType(DataBlockIndexType.kDataBlockBinaryAndHash));
    if (settings.valueBytes() >= LARGE_VALUE_BYTES) {
      options.setEnableBlobFiles(true).setEnableBlobGarbageCollection(true);
    }
    writing = new WriteOptions().setSync(settings.sync());
    try {
      database = RocksDB.open(options, settings.folder().toString());
    } catch (RocksDBException failure) {
      throw new IOException("RocksDB cannot open " + settings.folder(), failure);
    }
  }

  @Override
  public Session session() {
    return new DatabaseSession();
  }

  /** Writes a file beside the database, by SstFileWriter. */
  @Override
  public void loadInOrder(Session session, byte[][] keys, byte[][] values) throws RocksDBException {
    if (writer == null) {
      try (EnvOptions environment = new EnvOptions()) {
        writer = new SstFileWriter(environment, options);
      }
      writer.open(ingested.toString());
    }
    for (int i = 0; i < keys.length; i++) {
      writer.put(keys[i], values[i]);
    }
  }

  /** Ingests that file. */
  @Override
  public void endLoad() throws RocksDBException {
    if (writer != null) {
      writer.finish();
      writer.close();
      writer = null;
      try (IngestExternalFileOptions moving = new IngestExternalFileOptions().setMoveFiles(true)) {
        database.ingestExternalFile(List.of(ingested.toString()), moving);
      }
    }
  }

  @Override
  public void settle() throws RocksDBException {
    database.compactRange();
  }

  @Override
  public void close() {
    database.close();
    writing.close();
    options.close();
    bloom.close();
    cache.close();
  }

  private final class DatabaseSession implements Session {
    private final ReadOptions reading = new ReadOptions();

    @Override
    public byte[] get(byte[] key) throws RocksDBException {
      return database.get(reading, key);
    }

    @Override
    public void put(byte[] key, byte[] value) throws RocksDBException {
      database.put(writing, key, value);
    }

    @Override
    public void putAll(byte[][] keys, byte[][] values) throws RocksDBException {
      try (WriteBatch batch = new WriteBatch()) {
        for (int i = 0; i < keys.length; i++) {
          batch.put(keys[i], values[i]);
        }
        database.write(writing, batch);
      }
    }

    @Override
    public void delete(byte[] key) throws RocksDBException {
      database.delete(writing, key);
    }

    @Override
    public int page(byte[] prefix, int limit, boolean reversed, BiConsumer<byte[], byte[]> sink) {
      int count = 0;
      try (RocksIterator iterator = database.newIterator(reading)) {
        if (reversed) {
          iterator.seekForPrev(Prefixes.end(prefix));
        } else {
          iterator.seek(prefix);
        }
        while (count < limit && iterator.isValid() && handOut(iterator, prefix, sink)) {
          count++;
          if (reversed) {
            iterator.prev();
          } else {
            iterator.next();
          }
        }
      }
      return count;
    }

    private static boolean handOut(
        RocksIterator iterator, byte[] prefix, BiConsumer<byte[], byte[]> sink) {
      byte[] key = iterator.key();
      if (!Prefixes.startsWith(key, prefix)) {
        return false;
      }
      sink.accept(key, iterator.value());
      return true;
    }

    @Override
    public void close() {
      reading.close();
    }
  }
}
