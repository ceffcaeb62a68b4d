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
 * An engine whose entries are a Java map. By itself one of the JDK's concurrent maps: the bound of
 * any store in this JVM, with nothing persisted.
 *
 * @param <K> the type of a key in the map, since a hash map cannot look arrays up by content
 */
class MapEngine<K> implements Engine {
  private final ConcurrentMap<K, byte[]> map;
  private final Function<byte[], K> wrap;

  MapEngine(ConcurrentMap<K, byte[]> map, Function<byte[], K> wrap) {
    this.map = map;
    this.wrap = wrap;
  }

  static Engine hash() {
    return new MapEngine<>(new ConcurrentHashMap<>(), HashKey::new);
  }

  static Engine skipList() {
    ConcurrentSkipListMap<byte[], byte[]> map =
        new ConcurrentSkipListMap<>(Arrays::compareUnsigned);
    return new MapEngine<>(map, Function.identity()) {
      @Override
      int page(byte[] prefix, int limit, boolean reversed, BiConsumer<byte[], byte[]> sink) {
        NavigableMap<byte[], byte[]> range = map.subMap(prefix, true, Prefixes.end(prefix), false);
        return read((reversed ? range.descendingMap() : range).entrySet().iterator(), limit, sink);
      }
    };
  }

  /** Makes the calling thread's writes as safe as the engine promises. */
  void acknowledge() {}

  /** See {@link Session#page}. */
  int page(byte[] prefix, int limit, boolean reversed, BiConsumer<byte[], byte[]> sink) {
    throw new UnsupportedOperationException("not ordered");
  }

  static int read(
      Iterator<Map.Entry<byte[], byte[]>> entries, int limit, BiConsumer<byte[], byte[]> sink) {
    int count = 0;
    while (count < limit && entries.hasNext()) {
      Map.Entry<byte[], byte[]> entry = entries.next();
      sink.accept(entry.getKey(), entry.getValue());
      count++;
    }
    return count;
  }

  @Override
  public final Session session() {
    return new MapSession();
  }

  @Override
  public void load(Session session, byte[][] keys, byte[][] values) {
    putEach(keys, values);
  }

  private void putEach(byte[][] keys, byte[][] values) {
    for (int i = 0; i < keys.length; i++) {
      map.put(wrap.apply(keys[i]), values[i]);
    }
  }

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
      acknowledge();
    }

    @Override
    public void putAll(byte[][] keys, byte[][] values) {
      putEach(keys, values);
      acknowledge();
    }

    @Override
    public void delete(byte[] key) {
      map.remove(wrap.apply(key));
      acknowledge();
    }

    @Override
    public int page(byte[] prefix, int limit, boolean reversed, BiConsumer<byte[], byte[]> sink) {
      return MapEngine.this.page(prefix, limit, reversed, sink);
    }
  }

  /** An array as a key of a hash map. */
  private static final class HashKey {
    private final byte[] bytes;
    private final int hash;

    HashKey(byte[] bytes) {
      this.bytes = bytes;
      hash = Arrays.hashCode(bytes);
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof HashKey that && Arrays.equals(bytes, that.bytes);
    }

    @Override
    public int hashCode() {
      return hash;
    }
  }
}
