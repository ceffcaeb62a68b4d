package io.kvapp.bench.engine;

import io.kvapp.engine.hashtable.ModuleAccess;
import java.io.IOException;
import java.util.function.Function;
import net.openhft.chronicle.map.ChronicleMap;

/**
 * Chronicle Map by itself, persisted, sized for its entries: the bound of KVApp's point reads,
 * since KVApp keeps its values there.
 *
 * <p>It has no order, no atomic batch and no recovery that keeps all entries; a write is in the
 * mapped file, and so in the kernel, when it is acknowledged.
 */
final class ChronicleMapEngine extends MapEngine<byte[]> {
  private static final double HEADROOM = 1.2;
  private static final double KEY_BYTES = 23;

  private final ChronicleMap<byte[], byte[]> map;

  ChronicleMapEngine(EngineSettings settings) throws IOException {
    this(open(settings));
  }

  private static ChronicleMap<byte[], byte[]> open(EngineSettings settings) throws IOException {
    ModuleAccess.open(); // for the classes of libraries that KVApp leaves out
    return ChronicleMap.of(byte[].class, byte[].class)
        .entries((long) (settings.entries() * HEADROOM))
        .averageKeySize(KEY_BYTES)
        .averageValueSize(settings.valueBytes())
        .putReturnsNull(true)
        .removeReturnsNull(true)
        .createPersistedTo(settings.folder().resolve("entries.map").toFile());
  }

  private ChronicleMapEngine(ChronicleMap<byte[], byte[]> map) {
    super(map, Function.identity());
    this.map = map;
  }

  @Override
  public void close() {
    map.close();
  }
}
