package io.kvapp.server.v1;

import io.kvapp.KVException;
import io.kvapp.RecoveryReport;
import io.kvapp.StoreAdmin;
import io.kvapp.StoreStats;
import io.kvapp.server.http.message.Response;
import io.kvapp.server.http.routing.Access;
import io.kvapp.server.http.routing.Call;
import io.kvapp.server.http.routing.Route;
import io.kvapp.server.json.JsonOutput;
import io.kvapp.server.settings.BuildInfo;
import io.kvapp.server.transfer.Backups;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * {@code GET /v1/stats}: figures of the store and the server, and what opening the store found.
 *
 * <p>All methods may be called from any thread.
 */
public final class StatsHandler {
  private final StoreAdmin admin;
  private final Supplier<ServerFigures> server;
  private final Optional<Backups> backups;
  private final Optional<Path> folder;
  private final long startedAt = System.nanoTime();

  private StatsHandler(
      StoreAdmin admin,
      Supplier<ServerFigures> server,
      Optional<Backups> backups,
      Optional<Path> folder) {
    this.admin = admin;
    this.server = server;
    this.backups = backups;
    this.folder = folder;
  }

  /**
   * The row of the route table.
   *
   * @param folder the data folder; empty for a store that has none
   */
  public static List<Route> routes(
      StoreAdmin admin,
      Supplier<ServerFigures> server,
      Optional<Backups> backups,
      Optional<Path> folder) {
    StatsHandler stats = new StatsHandler(admin, server, backups, folder);
    return List.of(Route.of("/v1/stats", List.of("GET", "HEAD"), Access.MONITOR, stats::handle));
  }

  private Response handle(Call call) {
    Parameters.of(call.request().query(), List.of());
    Map<String, Object> all = new LinkedHashMap<>();
    all.put("store", orNull(this::store));
    all.put("recovery", orNull(() -> recovery(admin.recovery())));
    all.put("server", server(server.get()));
    all.put("backups", backups.map(each -> backups(each.state())).orElse(null));
    return Response.of(Replies.json(), output -> new JsonOutput(output).value(all));
  }

  private Map<String, Object> store() {
    Map<String, Object> members = store(admin.stats());
    folder.ifPresent(path -> members.put("disk_free_bytes", path.toFile().getUsableSpace()));
    return members;
  }

  /** Null where a store has none. */
  private static Map<String, Object> orNull(Supplier<Map<String, Object>> figures) {
    try {
      return figures.get();
    } catch (KVException.Unsupported none) {
      return null;
    }
  }

  /** Figures of a store as members of an object. */
  public static Map<String, Object> store(StoreStats stats) {
    Map<String, Object> members = new LinkedHashMap<>();
    members.put("entries", stats.entries());
    members.put("live_bytes", stats.liveBytes());
    members.put("disk_bytes", stats.diskBytes());
    members.put("journal_bytes", stats.journalBytes());
    members.put("recycled_bytes", stats.recycledBytes());
    members.put("sstable_bytes", stats.sstableBytes());
    members.put("hash_table_bytes", stats.hashTableBytes());
    members.put("sstables", stats.sstables());
    members.put("revision", stats.revision());
    members.put("history_bytes", stats.historyBytes());
    members.put("oldest_revision", stats.oldestRevision());
    members.put("last_flush", stats.lastFlush().map(EntryJson::time).orElse(null));
    members.put("flushes", stats.flushes());
    members.put("compactions", stats.compactions());
    members.put("expired", stats.expired());
    members.put("syncs", stats.syncs());
    members.put("sync_counts", stats.syncTimes().counts());
    members.put("total_sync_micros", micros(stats.syncTimes().total()));
    members.put("mean_sync_micros", micros(stats.meanSyncLatency()));
    members.put("max_sync_micros", micros(stats.maxSyncLatency()));
    return members;
  }

  /** What opening a store found, as members of an object. */
  public static Map<String, Object> recovery(RecoveryReport report) {
    Map<String, Object> members = new LinkedHashMap<>();
    members.put("clean", report.clean());
    members.put("rebuilt", report.rebuilt());
    members.put("entries", report.entries());
    members.put("replayed_records", report.replayedRecords());
    members.put("cut_bytes", report.cutBytes());
    members.put("dropped", report.dropped());
    members.put("took_micros", micros(report.took()));
    return members;
  }

  private Map<String, Object> server(ServerFigures figures) {
    Map<String, Object> members = new LinkedHashMap<>();
    members.put("version", BuildInfo.current().version());
    members.put("commit", BuildInfo.current().commit());
    members.put("uptime_seconds", TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - startedAt));
    members.put("connections", figures.connections());
    members.put("watchers", figures.watchers());
    members.put("buffered_bytes", figures.bufferedBytes());
    members.put("requests", figures.requests());
    return members;
  }

  private static Map<String, Object> backups(Backups.State state) {
    Map<String, Object> members = new LinkedHashMap<>();
    members.put("made", state.made());
    members.put("failed", state.failed());
    members.put("last", state.last().map(EntryJson::time).orElse(null));
    members.put("last_failure", state.lastFailure().map(EntryJson::time).orElse(null));
    return members;
  }

  private static long micros(Duration time) {
    return TimeUnit.MICROSECONDS.convert(time);
  }
}
