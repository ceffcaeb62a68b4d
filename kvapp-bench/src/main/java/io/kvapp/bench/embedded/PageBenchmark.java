package io.kvapp.bench.embedded;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.infra.Blackhole;

/** Pages of a prefix: exactly so many entries have it, keys and values are read. */
@BenchmarkMode(Mode.Throughput)
public class PageBenchmark {
  /** 10 entries. */
  @Benchmark
  public void page10(Actor actor, Blackhole blackhole) {
    page(actor, 10, blackhole);
  }

  /** 100 entries. */
  @Benchmark
  public void page100(Actor actor, Blackhole blackhole) {
    page(actor, 100, blackhole);
  }

  /** 1,000 entries. */
  @Benchmark
  public void page1000(Actor actor, Blackhole blackhole) {
    page(actor, 1_000, blackhole);
  }

  /** 100 entries, the largest key first. */
  @Benchmark
  public void reverse100(Actor actor, Blackhole blackhole) {
    byte[] prefix = actor.stage.keys().prefix(actor.number(), 100);
    requireFull(
        100,
        actor.session.reversePage(
            prefix,
            100,
            (key, value) -> {
              blackhole.consume(key);
              blackhole.consume(value);
            }));
  }

  private static void page(Actor actor, int size, Blackhole blackhole) {
    byte[] prefix = actor.stage.keys().prefix(actor.number(), size);
    requireFull(
        size,
        actor.session.page(
            prefix,
            size,
            (key, value) -> {
              blackhole.consume(key);
              blackhole.consume(value);
            }));
  }

  private static void requireFull(int size, int found) {
    if (found != size) {
      throw new IllegalStateException(found + " entries in a page of " + size);
    }
  }
}
