package io.kvapp.bench.report;

/**
 * One figure of one subject.
 *
 * @param run the run that it belongs to, such as {@code 1M x 100 B}
 * @param measure the name of the measurement, such as {@code get}
 * @param threads by how many threads or connections
 * @param subject the measured store, such as {@code LMDB}
 * @param round in which round; 0 where there is one only
 * @param value the figure
 * @param unit its unit, such as {@code ops/s}
 */
public record Sample(
    String run, String measure, int threads, String subject, int round, double value, String unit) {

  @Override
  public String toString() {
    return String.format(
        "%s  %-34s %3d  %-28s %12s %s",
        run, measure, threads, subject, MarkdownTable.figure(value), unit);
  }
}
