package io.kvapp.bench.engine;

import java.nio.file.Path;

/**
 * How an engine is opened.
 *
 * @param folder exists; a store that is there is opened again
 * @param sync whether each write is on the disk before it is acknowledged; else as the engine's
 *     class says
 * @param entries how many entries there will be at most
 * @param valueBytes the size of each value
 */
public record EngineSettings(Path folder, boolean sync, long entries, int valueBytes) {
  /** Bytes of all keys and values. */
  long dataBytes() {
    return entries * (23L + valueBytes);
  }
}
