package io.kvapp.bench.engine;

import io.kvapp.engine.MapStore;
import java.io.IOException;
import net.openhft.chronicle.map.ChronicleMap;

/**
 * Chronicle Map by itself, persisted, sized for what it will hold: the limit of what KVApp can
 * reach with point reads, since KVApp keeps its values there.
 *
 * <p>It has no order, no atomic batch and no recovery that keeps all entries; a write is in the
 * mapped file, and so in the kernel, when it is acknowledged.
 */
final class ChronicleMapEngine implements Engine {
  private static final double HEADROOM = 1.2;
  private static final double KEY_BYTES = 23;

  private final ChronicleMap<byte[], byte[]> map;

  ChronicleMapEngine(EngineSettings settings) throws IOException {
    MapStore.requireJvm(); // for the classes of libraries that KVApp leaves out
    map =
        ChronicleMap.of(byte[].class, byte[].class)
            .entries((long) (settings.entries() * HEADROOM))
            .averageKeySize(KEY_BYTES)
            .averageValueSize(settings.valueBytes())
            .putReturnsNull(true)
            .removeReturnsNull(true)
            .createPersistedTo(settings.folder().resolve("entries.map").toFile());
  }

  @Override
  public Session session() {
    return new MapSession(map);
  }

  @Override
  public void settle() {}

  @Override
  public void close() {
    map.close();
  }

  private record MapSession(ChronicleMap<byte[], byte[]> map) implements Session {
    @Override
    public byte[] get(byte[] key) {
      return map.get(key);
    }

    @Override
    public void put(byte[] key, byte[] value) {
      map.put(key, value);
    }

    @Override
    public void putAll(byte[][] keys, byte[][] values) {
      for (int i = 0; i < keys.length; i++) {
        map.put(keys[i], values[i]);
      }
    }

    @Override
    public void delete(byte[] key) {
      map.remove(key);
    }
  }
}
