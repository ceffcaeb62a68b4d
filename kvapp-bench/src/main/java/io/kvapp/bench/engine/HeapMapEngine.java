package io.kvapp.bench.engine;

import java.util.Arrays;
import java.util.Iterator;
import java.util.Map;
import java.util.NavigableMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.BiConsumer;
import java.util.function.Function;

/**
 * The JDK's own concurrent maps: the limit of what any store in this JVM can reach. Nothing is
 * persisted.
 *
 * @param <K> what a key becomes, since a hash map cannot look arrays up by content
 */
final class HeapMapEngine<K> implements Engine {
  private final ConcurrentMap<K, byte[]> map;
  private final Function<byte[], K> wrap;

  private HeapMapEngine(ConcurrentMap<K, byte[]> map, Function<byte[], K> wrap) {
    this.map = map;
    this.wrap = wrap;
  }

  static HeapMapEngine<HashKey> hash() {
    return new HeapMapEngine<>(new ConcurrentHashMap<>(), HashKey::new);
  }

  static HeapMapEngine<byte[]> skipList() {
    return new HeapMapEngine<>(
        new ConcurrentSkipListMap<>(Arrays::compareUnsigned), Function.identity());
  }

  @Override
  public Session session() {
    return new MapSession();
  }

  @Override
  public void settle() {}

  @Override
  public void close() {
    map.clear();
  }

  private final class MapSession implements Session {
    @Override
    public byte[] get(byte[] key) {
      return map.get(wrap.apply(key));
    }

    @Override
    public void put(byte[] key, byte[] value) {
      map.put(wrap.apply(key), value);
    }

    @Override
    public void putAll(byte[][] keys, byte[][] values) {
      for (int i = 0; i < keys.length; i++) {
        put(keys[i], values[i]);
      }
    }

    @Override
    public void delete(byte[] key) {
      map.remove(wrap.apply(key));
    }

    @Override
    public int page(byte[] prefix, int limit, BiConsumer<byte[], byte[]> sink) {
      return read(range(prefix), limit, sink);
    }

    @Override
    public int reversePage(byte[] prefix, int limit, BiConsumer<byte[], byte[]> sink) {
      return read(range(prefix).descendingMap(), limit, sink);
    }

    @SuppressWarnings("unchecked")
    private NavigableMap<byte[], byte[]> range(byte[] prefix) {
      NavigableMap<byte[], byte[]> ordered = (NavigableMap<byte[], byte[]>) map;
      return ordered.subMap(prefix, true, Prefixes.end(prefix), false);
    }

    private static int read(
        NavigableMap<byte[], byte[]> range, int limit, BiConsumer<byte[], byte[]> sink) {
      int count = 0;
      Iterator<Map.Entry<byte[], byte[]>> entries = range.entrySet().iterator();
      while (count < limit && entries.hasNext()) {
        Map.Entry<byte[], byte[]> entry = entries.next();
        sink.accept(entry.getKey(), entry.getValue());
        count++;
      }
      return count;
    }
  }
}
