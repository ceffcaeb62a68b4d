package io.kvapp.bench.embedded;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.infra.Blackhole;

/** The operations that are measured; all keys are alike likely, but in the shapes of YCSB. */
@BenchmarkMode(Mode.Throughput)
public class Benchmarks {
  private static final int BATCH = 100;
  private static final int DELETES = 20_000;

  /** Draws a key, which is part of every figure. */
  @Benchmark
  public byte[] key(Actor actor) {
    return actor.uniformKey();
  }

  /** Reads an entry that is there. */
  @Benchmark
  public byte[] get(Actor actor) throws Exception {
    byte[] value = actor.session.get(actor.uniformKey());
    if (value == null) {
      throw new IllegalStateException("a loaded entry is missing");
    }
    return value;
  }

  /** Looks for an entry that is not there. */
  @Benchmark
  public byte[] miss(Actor actor) throws Exception {
    byte[] value = actor.session.get(actor.stage.keys.missing(actor.number()));
    if (value != null) {
      throw new IllegalStateException("an entry is there that was never written");
    }
    return value;
  }

  /** Reads the 10 entries of a prefix. */
  @Benchmark
  public void page10(Actor actor, Blackhole blackhole) {
    page(actor, actor.number(), 10, false, blackhole);
  }

  /** Reads the 100 entries of a prefix. */
  @Benchmark
  public void page100(Actor actor, Blackhole blackhole) {
    page(actor, actor.number(), 100, false, blackhole);
  }

  /** Reads the 1,000 entries of a prefix. */
  @Benchmark
  public void page1000(Actor actor, Blackhole blackhole) {
    page(actor, actor.number(), 1_000, false, blackhole);
  }

  /** Reads the 100 entries of a prefix, the largest key first. */
  @Benchmark
  public void reverse100(Actor actor, Blackhole blackhole) {
    page(actor, actor.number(), 100, true, blackhole);
  }

  private static void page(
      Actor actor, long number, int size, boolean reversed, Blackhole blackhole) {
    byte[] prefix = actor.stage.keys.prefix(number, size);
    int found =
        actor.session.page(
            prefix,
            size,
            reversed,
            (key, value) -> {
              blackhole.consume(key);
              blackhole.consume(value);
            });
    if (found != size) {
      throw new IllegalStateException(found + " entries in a page of " + size);
    }
  }

  /** Overwrites an entry. */
  @Benchmark
  public void put(Actor actor) throws Exception {
    actor.session.put(actor.uniformKey(), actor.value());
  }

  /** Adds an entry. */
  @Benchmark
  public void insert(Actor actor) throws Exception {
    actor.session.put(actor.stage.nextNewKey(), actor.value());
  }

  /** Overwrites 100 entries at once. */
  @Benchmark
  public void batch(Actor actor) throws Exception {
    byte[][] keys = new byte[BATCH][];
    byte[][] values = new byte[BATCH][];
    for (int i = 0; i < BATCH; i++) {
      keys[i] = actor.uniformKey();
      values[i] = actor.value();
    }
    actor.session.putAll(keys, values);
  }

  /** Entries to delete, put there outside of the time taken. */
  @State(Scope.Thread)
  public static class Doomed {
    private final byte[][] keys = new byte[DELETES][];

    /** Puts the entries. */
    @Setup(Level.Iteration)
    public void put(Actor actor) throws Exception {
      byte[][] values = new byte[DELETES][];
      for (int i = 0; i < DELETES; i++) {
        keys[i] = actor.stage.nextNewKey();
        values[i] = actor.value();
      }
      actor.session.putAll(keys, values);
    }
  }

  /** Deletes entries that are there, one by one. */
  @Benchmark
  @BenchmarkMode(Mode.SingleShotTime)
  @OperationsPerInvocation(DELETES)
  public void delete(Actor actor, Doomed doomed) throws Exception {
    for (byte[] key : doomed.keys) {
      actor.session.delete(key);
    }
  }

  /** YCSB's workload A: as many reads as writes. */
  @Benchmark
  public byte[] ycsbA(Actor actor) throws Exception {
    return readOrWrite(actor, 0.5);
  }

  /** YCSB's workload B: 95 reads to 5 writes. */
  @Benchmark
  public byte[] ycsbB(Actor actor) throws Exception {
    return readOrWrite(actor, 0.05);
  }

  private static byte[] readOrWrite(Actor actor, double writes) throws Exception {
    if (actor.random.nextDouble() >= writes) {
      return actor.session.get(actor.popularKey());
    }
    byte[] value = actor.value();
    actor.session.put(actor.popularKey(), value);
    return value;
  }

  /** YCSB's workload C: reads only. */
  @Benchmark
  public byte[] ycsbC(Actor actor) throws Exception {
    return actor.session.get(actor.popularKey());
  }

  /** YCSB's workload E: 95 pages of 100 entries to 5 new entries. */
  @Benchmark
  public void ycsbE(Actor actor, Blackhole blackhole) throws Exception {
    if (actor.random.nextDouble() < 0.05) {
      actor.session.put(actor.stage.nextNewKey(), actor.value());
    } else {
      page(actor, actor.popularNumber(), 100, false, blackhole);
    }
  }
}
