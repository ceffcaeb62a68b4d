package io.kvapp.server.ops;

import io.kvapp.KVException;
import io.kvapp.KVStore;
import io.kvapp.StoreStats;
import io.kvapp.SyncTimes;
import io.kvapp.server.v1.ServerFigures;
import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.io.File;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * Figures of the store and of the server's connections, read once for each scrape. While the store
 * cannot be reached, its own stay as they were.
 *
 * <p>All methods may be called from any thread.
 */
final class StoreMetrics implements MultiCollector {
  private static final double NANOS_PER_SECOND = 1e9;

  /** The upper end of each count; the last has none. */
  private static final List<Double> SYNC_BOUNDS =
      Stream.concat(
              SyncTimes.BOUNDS.stream().map(bound -> bound.toNanos() / NANOS_PER_SECOND),
              Stream.of(Double.POSITIVE_INFINITY))
          .toList();

  private final KVStore store;
  private final Supplier<ServerFigures> server;
  private final Optional<Path> folder;
  private volatile Optional<StoreStats> latest = Optional.empty();

  /**
   * Figures of a server.
   *
   * @param store is asked for its own
   * @param server tells what the server does
   * @param folder the data folder; empty for a store that has none
   */
  StoreMetrics(KVStore store, Supplier<ServerFigures> server, Optional<Path> folder) {
    this.store = store;
    this.server = server;
    this.folder = folder;
  }

  @Override
  public MetricSnapshots collect() {
    MetricSnapshots.Builder all = MetricSnapshots.builder();
    stats().ifPresent(stats -> store(all, stats));
    gauge(all, "kvapp_read_only", "1 if the store takes no writes, else 0.", readOnly());
    folder.map(Path::toFile).map(File::getUsableSpace).ifPresent(free -> diskFree(all, free));
    connections(all, server.get());
    return all.build();
  }

  private static void store(MetricSnapshots.Builder all, StoreStats stats) {
    gauge(all, "kvapp_entries", "Live entries.", stats.entries());
    gauge(all, "kvapp_live_bytes", "Bytes of keys and values, at most.", stats.liveBytes());
    gauge(all, "kvapp_revision", "The revision of the newest write.", stats.revision());
    gauge(
        all,
        "kvapp_history_oldest_revision",
        "The lowest revision that a watcher can go on from.",
        stats.oldestRevision());
    gauge(all, "kvapp_sstables", "SSTables that a scan merges.", stats.sstables());
    gauge(
        all,
        "kvapp_last_flush_timestamp_seconds",
        "When the newest SSTable was written since the start; 0 for not yet.",
        stats.lastFlush().map(time -> time.toEpochMilli() / 1e3).orElse(0.0));
    counter(
        all,
        "kvapp_expired",
        "Entries that were removed as their time had passed.",
        stats.expired());
    counter(all, "kvapp_flushes", "SSTables that were written of memtables.", stats.flushes());
    counter(all, "kvapp_compactions", "Compactions that have ended.", stats.compactions());
    syncs(all, stats.syncTimes());
    all.metricSnapshot(
        GaugeSnapshot.builder()
            .name("kvapp_disk_bytes")
            .help("Bytes of files, by what they hold.")
            .dataPoint(point("journal", stats.journalBytes() - stats.recycledBytes()))
            .dataPoint(point("recycled", stats.recycledBytes()))
            .dataPoint(point("sstables", stats.sstableBytes()))
            .dataPoint(point("hashtable", stats.hashTableBytes()))
            .dataPoint(point("history", stats.historyBytes()))
            .build());
  }

  /** Those of the last scrape while the store cannot be reached; empty where it has none. */
  private Optional<StoreStats> stats() {
    try {
      latest = Optional.of(store.admin().stats());
    } catch (KVException.Unavailable | KVException.Unsupported none) {
      // The latest stay.
    }
    return latest;
  }

  private static void connections(MetricSnapshots.Builder all, ServerFigures figures) {
    gauge(all, "kvapp_http_connections", "Open connections.", figures.connections());
    gauge(
        all,
        "kvapp_http_connections_max",
        "The most connections at a time (--max-connections).",
        figures.maxConnections());
    counter(
        all,
        "kvapp_http_connections_refused",
        "Connections for which there was no room.",
        figures.refusedConnections());
    gauge(
        all,
        "kvapp_http_buffered_bytes",
        "Heap that requests fill with bodies and responses.",
        figures.bufferedBytes());
    gauge(
        all,
        "kvapp_http_buffered_bytes_max",
        "The most heap for that (--max-buffered).",
        figures.maxBufferedBytes());
    gauge(all, "kvapp_watchers", "Streams of changes.", figures.watchers());
    counter(
        all,
        "kvapp_watch_changes",
        "Changes that readers of changes were told.",
        figures.watchChanges());
    counter(
        all,
        "kvapp_watch_resets",
        "Readers of changes that could not go on from their revision.",
        figures.watchResets());
  }

  private static void syncs(MetricSnapshots.Builder all, SyncTimes times) {
    all.metricSnapshot(
        HistogramSnapshot.builder()
            .name("kvapp_sync_duration_seconds")
            .help("How long syncs of the journal take.")
            .dataPoint(
                HistogramDataPointSnapshot.builder()
                    .classicHistogramBuckets(
                        ClassicHistogramBuckets.of(SYNC_BOUNDS, times.counts()))
                    .sum(times.total().toNanos() / NANOS_PER_SECOND)
                    .build())
            .build());
  }

  private static void diskFree(MetricSnapshots.Builder all, long bytes) {
    gauge(all, "kvapp_disk_free_bytes", "Free space where the data folder is.", bytes);
  }

  private int readOnly() {
    try {
      store.requireHealthy();
      return 0;
    } catch (KVException.ReadOnly failed) {
      return 1;
    } catch (KVException other) {
      // /readyz tells which.
      return 0;
    }
  }

  private static GaugeDataPointSnapshot point(String kind, long bytes) {
    return GaugeDataPointSnapshot.builder().labels(Labels.of("kind", kind)).value(bytes).build();
  }

  private static void gauge(MetricSnapshots.Builder all, String name, String help, double value) {
    all.metricSnapshot(
        GaugeSnapshot.builder()
            .name(name)
            .help(help)
            .dataPoint(GaugeDataPointSnapshot.builder().value(value).build())
            .build());
  }

  private static void counter(MetricSnapshots.Builder all, String name, String help, long value) {
    all.metricSnapshot(
        CounterSnapshot.builder()
            .name(name)
            .help(help)
            .dataPoint(CounterDataPointSnapshot.builder().value(value).build())
            .build());
  }
}
