package io.kvapp.bench.embedded;

import io.kvapp.bench.engine.Engine;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What the benchmarks of this JVM play on: one opened and loaded engine.
 *
 * <p>JMH makes its states itself, so they find the stage through a static field; it is set before
 * JMH runs, in the same JVM.
 *
 * @param engine the engine
 * @param keys its keys
 * @param zipfian how popular they are
 * @param valueBytes the size of a value
 * @param inserted how many entries benchmarks have added behind the loaded ones
 */
record Stage(Engine engine, KeySpace keys, Zipfian zipfian, int valueBytes, AtomicLong inserted) {
  private static volatile Stage current;

  Stage(Engine engine, KeySpace keys, int valueBytes) {
    this(engine, keys, new Zipfian(keys.entries()), valueBytes, new AtomicLong());
  }

  static void set(Stage stage) {
    current = stage;
  }

  static Stage current() {
    if (current == null) {
      throw new IllegalStateException("no engine is open in this JVM; run io.kvapp.bench.Bench");
    }
    return current;
  }

  /** A key that no benchmark has added yet. */
  byte[] nextNewKey() {
    return keys.key(keys.entries() + inserted.getAndIncrement());
  }
}
