package io.kvapp.bench.embedded;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.util.Collection;
import java.util.List;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.infra.IterationParams;
import org.openjdk.jmh.profile.InternalProfiler;
import org.openjdk.jmh.results.AggregationPolicy;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.ScalarResult;

/**
 * Counts operations for each second of processor time that this JVM used, in all of its threads.
 *
 * <p>Unlike operations a second, that says what an operation costs, background work included, and
 * hardly changes when other programs take their share of the machine.
 */
public final class ProcessorTimeProfiler implements InternalProfiler {
  static final String LABEL = "ops/cpu-s";

  private final OperatingSystemMXBean system =
      (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
  private long before;

  /** Made by JMH. */
  public ProcessorTimeProfiler() {}

  @Override
  public String getDescription() {
    return "operations for each second of processor time";
  }

  @Override
  public void beforeIteration(BenchmarkParams benchmark, IterationParams iteration) {
    before = system.getProcessCpuTime();
  }

  @Override
  public Collection<ScalarResult> afterIteration(
      BenchmarkParams benchmark, IterationParams iteration, IterationResult result) {
    double seconds = (system.getProcessCpuTime() - before) / 1e9;
    long operations = result.getMetadata().getAllOps();
    return List.of(new ScalarResult(LABEL, operations / seconds, LABEL, AggregationPolicy.AVG));
  }
}
