package io.kvapp.bench.embedded;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;

/** Reads and writes of single entries and of batches, all keys alike likely. */
@BenchmarkMode(Mode.Throughput)
public class EntryBenchmark {
  private static final int BATCH = 100;

  /** What drawing a key costs, which is part of every figure. */
  @Benchmark
  public byte[] key(Actor actor) {
    return actor.uniformKey();
  }

  /** Reads an entry that is there. */
  @Benchmark
  public byte[] get(Actor actor) {
    byte[] value = actor.session.get(actor.uniformKey());
    if (value == null) {
      throw new IllegalStateException("a loaded entry is missing");
    }
    return value;
  }

  /** Looks for an entry that is not there. */
  @Benchmark
  public byte[] miss(Actor actor) {
    byte[] value = actor.session.get(actor.stage.keys().missing(actor.number()));
    if (value != null) {
      throw new IllegalStateException("an entry is there that nobody wrote");
    }
    return value;
  }

  /** Overwrites an entry. */
  @Benchmark
  public void put(Actor actor) {
    actor.session.put(actor.uniformKey(), actor.value());
  }

  /** Adds an entry. */
  @Benchmark
  public void insert(Actor actor) {
    actor.session.put(actor.stage.nextNewKey(), actor.value());
  }

  /** Overwrites 100 entries at once. */
  @Benchmark
  public void batch(Actor actor) {
    byte[][] keys = new byte[BATCH][];
    byte[][] values = new byte[BATCH][];
    for (int i = 0; i < BATCH; i++) {
      keys[i] = actor.uniformKey();
      values[i] = actor.value();
    }
    actor.session.putAll(keys, values);
  }
}
