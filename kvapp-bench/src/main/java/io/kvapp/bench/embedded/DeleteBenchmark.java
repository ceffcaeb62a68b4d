package io.kvapp.bench.embedded;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** Deletes of entries that are there, one by one; they are put there outside of the time taken. */
@BenchmarkMode(Mode.SingleShotTime)
public class DeleteBenchmark {
  /** How many entries are deleted in one go. */
  static final int DELETES = 20_000;

  /** The entries to delete. */
  @State(Scope.Thread)
  public static class Doomed {
    private final byte[][] keys = new byte[DELETES][];

    /** Puts the entries. */
    @Setup(Level.Iteration)
    public void put(Actor actor) {
      byte[][] values = new byte[DELETES][];
      for (int i = 0; i < DELETES; i++) {
        keys[i] = actor.stage.nextNewKey();
        values[i] = actor.value();
      }
      actor.session.putAll(keys, values);
    }
  }

  /** Deletes them. */
  @Benchmark
  @OperationsPerInvocation(DELETES)
  public void delete(Actor actor, Doomed doomed) {
    for (byte[] key : doomed.keys) {
      actor.session.delete(key);
    }
  }
}
