package io.kvapp.server.ops;

import io.kvapp.server.http.message.FinishedRequest;
import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Stream;

/**
 * What is counted of one route. Four sums are added to for a request, so that a server with figures
 * is as fast as one without; what Prometheus wants is made of them for each scrape.
 *
 * <p>All methods may be called from any thread.
 */
final class RouteFigures {
  private static final List<String> METHODS =
      List.of("GET", "HEAD", "PUT", "POST", "PATCH", "DELETE", "OPTIONS", "other");
  private static final int STATUSES = 600;
  private static final double NANOS_PER_SECOND = 1e9;

  /** The upper ends of the counts of durations; one more has none. */
  private static final long[] MICROS = {
    100,
    250,
    500,
    1_000,
    2_500,
    5_000,
    10_000,
    25_000,
    50_000,
    100_000,
    250_000,
    500_000,
    1_000_000,
    2_500_000,
    5_000_000,
    10_000_000
  };

  private static final long[] NANOS =
      Arrays.stream(MICROS).map(TimeUnit.MICROSECONDS::toNanos).toArray();
  private static final List<Double> SECONDS =
      Stream.concat(
              Arrays.stream(NANOS).mapToObj(nanos -> nanos / NANOS_PER_SECOND),
              Stream.of(Double.POSITIVE_INFINITY))
          .toList();

  private final LongAdder[] durations =
      Stream.generate(LongAdder::new).limit(NANOS.length + 1L).toArray(LongAdder[]::new);
  private final LongAdder nanos = new LongAdder();
  private final LongAdder bytesIn = new LongAdder();
  private final LongAdder bytesOut = new LongAdder();

  /** By method, then by status; null where there was no such request. */
  private final AtomicReferenceArray<AtomicReferenceArray<LongAdder>> counts =
      new AtomicReferenceArray<>(METHODS.size());

  void add(FinishedRequest request) {
    counter(request.method(), request.status()).increment();
    durations[bucket(request.nanos())].increment();
    nanos.add(request.nanos());
    if (request.bytesIn() > 0) {
      bytesIn.add(request.bytesIn());
    }
    if (request.bytesOut() > 0) {
      bytesOut.add(request.bytesOut());
    }
  }

  /** Begins a series, so that it is there before its first request. */
  void expect(String method, int status) {
    counter(method, status);
  }

  private LongAdder counter(String method, int status) {
    int known = METHODS.indexOf(method);
    int index = known < 0 ? METHODS.size() - 1 : known;
    AtomicReferenceArray<LongAdder> ofMethod = counts.get(index);
    if (ofMethod == null) {
      counts.compareAndSet(index, null, new AtomicReferenceArray<>(STATUSES));
      ofMethod = counts.get(index);
    }
    LongAdder found = ofMethod.get(status);
    if (found == null) {
      ofMethod.compareAndSet(status, null, new LongAdder());
      found = ofMethod.get(status);
    }
    return found;
  }

  private static int bucket(long time) {
    int index = 0;
    while (index < NANOS.length && time > NANOS[index]) {
      index++;
    }
    return index;
  }

  long bytesIn() {
    return bytesIn.sum();
  }

  long bytesOut() {
    return bytesOut.sum();
  }

  /** How many requests had a status, whatever their method. */
  long count(int status) {
    long all = 0;
    for (int method = 0; method < METHODS.size(); method++) {
      AtomicReferenceArray<LongAdder> ofMethod = counts.get(method);
      LongAdder count = ofMethod == null ? null : ofMethod.get(status);
      all += count == null ? 0 : count.sum();
    }
    return all;
  }

  /** Adds a point for each method and status. */
  void collectCounts(String route, CounterSnapshot.Builder requests) {
    for (int method = 0; method < METHODS.size(); method++) {
      AtomicReferenceArray<LongAdder> ofMethod = counts.get(method);
      for (int status = 0; ofMethod != null && status < STATUSES; status++) {
        LongAdder count = ofMethod.get(status);
        if (count != null) {
          String code = Integer.toString(status);
          requests.dataPoint(
              CounterDataPointSnapshot.builder()
                  .labels(Labels.of("route", route, "method", METHODS.get(method), "status", code))
                  .value(count.sum())
                  .build());
        }
      }
    }
  }

  HistogramDataPointSnapshot durations(String route) {
    List<Long> byBound = Arrays.stream(durations).map(LongAdder::sum).toList();
    return HistogramDataPointSnapshot.builder()
        .labels(Labels.of("route", route))
        .classicHistogramBuckets(ClassicHistogramBuckets.of(SECONDS, byBound))
        .sum(nanos.sum() / NANOS_PER_SECOND)
        .build();
  }
}
