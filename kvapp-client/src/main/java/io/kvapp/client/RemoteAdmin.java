package io.kvapp.client;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.gson.stream.JsonReader;
import io.kvapp.Entry;
import io.kvapp.KVException;
import io.kvapp.RecoveryReport;
import io.kvapp.StoreAdmin;
import io.kvapp.StoreStats;
import io.kvapp.SyncTimes;
import io.kvapp.VerifyReport;
import io.kvapp.client.call.Requests;
import io.kvapp.client.http.connection.Delivery;
import io.kvapp.client.http.message.Request;
import io.kvapp.client.http.message.Response;
import io.kvapp.client.http.message.Target;
import io.kvapp.client.json.Json;
import io.kvapp.client.transfer.ExportFolder;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.StreamSupport;

/**
 * The keeping of a server's store. A backup is an export in a folder on this machine; what the
 * server does by itself lasts for as long as it takes.
 *
 * <p>Safe for any thread.
 */
final class RemoteAdmin implements StoreAdmin {
  private final RemoteStore store;
  private final Requests requests;

  RemoteAdmin(RemoteStore store, Requests requests) {
    this.store = store;
    this.requests = requests;
  }

  @Override
  public void backup(Path folder) {
    Objects.requireNonNull(folder, "folder");
    requests.requireOpen();
    new ExportFolder(folder)
        .write(
            file ->
                requests.send(
                    Request.get(Target.of("/v1/export")), Delivery.into(file), Response::status));
  }

  @Override
  public long restore(Path folder) {
    Objects.requireNonNull(folder, "folder");
    requests.requireOpen();
    if (store.size() > 0) {
      throw new KVException.WrongState(
          "the store is not empty, and only an empty one is restored; delete its entries first");
    }
    ServerLimits limits = store.limitsOfServer();
    return new ExportFolder(folder)
        .asFile(
            entry -> {
              limits.key(entry.key());
              limits.value(entry.value());
            },
            this::send);
  }

  private long send(Path file) {
    Request request =
        Request.write("POST", Target.of("/v1/import").with("sync", "true")).withBody(file);
    return requests.send(
        request,
        Delivery.PROGRESSING,
        response -> response.parse(json -> Json.number(json, "imported")));
  }

  @Override
  public long load(Iterator<Entry> entries) {
    Objects.requireNonNull(entries, "entries");
    requests.requireOpen();
    throw new KVException.Unsupported(
        "a store of a server is not loaded at once; commit batches, or send an export to"
            + " /v1/import");
  }

  @Override
  public VerifyReport verify() {
    JsonObject report =
        requests.send(
            Request.write("POST", Target.of("/v1/admin/verify")).repeatable(),
            Delivery.UNLIMITED,
            response -> response.parse(RemoteAdmin::object));
    return new VerifyReport(
        number(report, "entries"), number(report, "bytes"), strings(report, "faults"));
  }

  @Override
  public void compact() {
    requests.send(
        Request.write("POST", Target.of("/v1/admin/compact")).repeatable(),
        Delivery.UNLIMITED,
        Response::status);
  }

  @Override
  public StoreStats stats() {
    JsonObject stats =
        ofStore(
            requests.send(
                Request.get(Target.of("/v1/stats")),
                response -> response.parse(RemoteAdmin::object)));
    JsonElement lastFlush = stats.get("last_flush");
    return new StoreStats(
        number(stats, "entries"),
        number(stats, "live_bytes"),
        number(stats, "disk_bytes"),
        number(stats, "journal_bytes"),
        number(stats, "recycled_bytes"),
        number(stats, "sstable_bytes"),
        number(stats, "hash_table_bytes"),
        Math.toIntExact(number(stats, "sstables")),
        number(stats, "revision"),
        number(stats, "history_bytes"),
        number(stats, "oldest_revision"),
        lastFlush.isJsonNull()
            ? Optional.empty()
            : Optional.of(Instant.parse(lastFlush.getAsString())),
        number(stats, "flushes"),
        number(stats, "compactions"),
        number(stats, "expired"),
        new SyncTimes(
            stats.getAsJsonArray("sync_counts").asList().stream()
                .map(JsonElement::getAsLong)
                .toList(),
            micros(stats, "total_sync_micros"),
            micros(stats, "max_sync_micros")));
  }

  @Override
  public RecoveryReport recovery() {
    JsonObject report =
        requests.send(
            Request.get(Target.of("/v1/admin/recovery")),
            response -> response.parse(RemoteAdmin::object));
    return new RecoveryReport(
        report.get("clean").getAsBoolean(),
        report.get("rebuilt").getAsBoolean(),
        number(report, "entries"),
        number(report, "replayed_records"),
        number(report, "cut_bytes"),
        strings(report, "dropped"),
        micros(report, "took_micros"));
  }

  /** The figures of the store; those of one on a cluster are the cluster's own. */
  private static JsonObject ofStore(JsonObject stats) {
    if (stats.get("store").isJsonNull()) {
      throw new KVException.Unsupported("the store of the server has no figures");
    }
    return stats.getAsJsonObject("store");
  }

  private static JsonObject object(JsonReader json) {
    return JsonParser.parseReader(json).getAsJsonObject();
  }

  private static long number(JsonObject object, String name) {
    return object.get(name).getAsLong();
  }

  private static Duration micros(JsonObject object, String name) {
    return Duration.of(number(object, name), ChronoUnit.MICROS);
  }

  private static List<String> strings(JsonObject object, String name) {
    return StreamSupport.stream(object.getAsJsonArray(name).spliterator(), false)
        .map(JsonElement::getAsString)
        .toList();
  }
}
