package io.kvapp.bench.embedded;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.infra.Blackhole;

/** The shapes of YCSB's workloads, with popular keys. */
@BenchmarkMode(Mode.Throughput)
public class MixBenchmark {
  /** Workload A: as many reads as writes. */
  @Benchmark
  public byte[] ycsbA(PopularActor actor) {
    return readOrWrite(actor, 0.5);
  }

  /** Workload B: 95 reads to 5 writes. */
  @Benchmark
  public byte[] ycsbB(PopularActor actor) {
    return readOrWrite(actor, 0.05);
  }

  /** Workload C: reads only. */
  @Benchmark
  public byte[] ycsbC(PopularActor actor) {
    return actor.session.get(actor.popularKey());
  }

  /** Workload E: 95 pages of 100 entries to 5 new entries. */
  @Benchmark
  public void ycsbE(PopularActor actor, Blackhole blackhole) {
    if (actor.random.nextDouble() < 0.05) {
      actor.session.put(actor.stage.nextNewKey(), actor.value());
    } else {
      byte[] prefix = actor.stage.keys().prefix(actor.popularNumber(), 100);
      actor.session.page(
          prefix,
          100,
          (key, value) -> {
            blackhole.consume(key);
            blackhole.consume(value);
          });
    }
  }

  private static byte[] readOrWrite(PopularActor actor, double writes) {
    if (actor.random.nextDouble() >= writes) {
      return actor.session.get(actor.popularKey());
    }
    byte[] value = actor.value();
    actor.session.put(actor.popularKey(), value);
    return value;
  }
}
