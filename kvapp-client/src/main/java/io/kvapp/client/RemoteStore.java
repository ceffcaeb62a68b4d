package io.kvapp.client;

import io.kvapp.Batch;
import io.kvapp.BatchResult;
import io.kvapp.Changes;
import io.kvapp.Durability;
import io.kvapp.Entry;
import io.kvapp.KVException;
import io.kvapp.KVStore;
import io.kvapp.Page;
import io.kvapp.Scan;
import io.kvapp.Snapshot;
import io.kvapp.StoreAdmin;
import io.kvapp.StoreLimits;
import io.kvapp.client.call.Requests;
import io.kvapp.client.http.message.Request;
import io.kvapp.client.http.message.Response;
import io.kvapp.client.http.message.Target;
import io.kvapp.client.json.Json;
import io.kvapp.client.json.Times;
import io.kvapp.client.settings.RemoteSettings;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.LongSupplier;

/**
 * The store of a KVApp server, over HTTP.
 *
 * <pre>{@code
 * try (KVStore store = RemoteStore.builder(URI.create("https://kv.example.org:5000"))
 *     .user("ann", password::get)
 *     .open()) {
 *   store.put("greeting", "hello");
 * }
 * }</pre>
 *
 * <p>Each call is one request. A read, and a write of which the server surely did nothing, is
 * repeated until the {@link RemoteStoreBuilder#timeout time-out}; then it is {@link
 * KVException.Unavailable}. A write whose answer is lost is {@link KVException.Uncertain} and never
 * repeated. What the user may not do is {@link KVException.NotPermitted}, and a sign-in that fails
 * {@link KVException.NotSignedIn}. {@link #snapshot()} and {@link StoreAdmin#load} are {@link
 * KVException.Unsupported}; {@link #admin()} otherwise works through the server. A time to live
 * beyond 365,000 days lives for ever. {@link #close()} ends the client and not the server.
 *
 * <p>Safe for any thread.
 */
public final class RemoteStore implements KVStore {
  /** Above every revision, and what a condition can name. */
  private static final long MAX_REVISION = 1L << 53;

  private static final String TTL = "ttl";
  private static final String IF_MATCH = "If-Match";

  private final Requests requests;
  private final RemoteAdmin admin;
  private final Set<RemoteChanges> watching = ConcurrentHashMap.newKeySet();
  private volatile ServerLimits limits;

  RemoteStore(RemoteSettings settings, LongSupplier nanoClock) {
    requests = new Requests(settings, nanoClock);
    admin = new RemoteAdmin(this, requests);
  }

  /**
   * A builder of a store of the server at a URI.
   *
   * @param server {@code http} or {@code https}, a host, and a port where it is not the scheme's; a
   *     path is what a proxy puts before {@code /v1}
   * @throws IllegalArgumentException if it is another URI, or one with a user, query or fragment
   */
  public static RemoteStoreBuilder builder(URI server) {
    return new RemoteStoreBuilder(RemoteSettings.of(server));
  }

  @Override
  public long put(byte[] key, byte[] value) {
    return put(key, value, null, "", "").orElseThrow();
  }

  @Override
  public long put(byte[] key, byte[] value, Duration ttl) {
    ServerLimits.ttl(ttl);
    return put(key, value, ttl, "", "").orElseThrow();
  }

  @Override
  public OptionalLong putIfPresent(byte[] key, byte[] value) {
    return put(key, value, null, IF_MATCH, "*");
  }

  @Override
  public OptionalLong putIfPresent(byte[] key, byte[] value, Duration ttl) {
    ServerLimits.ttl(ttl);
    return put(key, value, ttl, IF_MATCH, "*");
  }

  @Override
  public OptionalLong compareAndSet(byte[] key, long expectedRevision, byte[] value) {
    return putAt(key, expectedRevision, value, null);
  }

  @Override
  public OptionalLong compareAndSet(byte[] key, long expectedRevision, byte[] value, Duration ttl) {
    ServerLimits.ttl(ttl);
    return putAt(key, expectedRevision, value, ttl);
  }

  private OptionalLong putAt(byte[] key, long expected, byte[] value, Duration ttl) {
    if (expected == 0) {
      return put(key, value, ttl, "If-None-Match", "*");
    }
    long named = expected < 0 || expected > MAX_REVISION ? MAX_REVISION : expected;
    return put(key, value, ttl, IF_MATCH, Long.toString(named));
  }

  /** Writes an entry if its condition, a header, holds; an empty header is no condition. */
  private OptionalLong put(byte[] key, byte[] value, Duration ttl, String header, String tag) {
    limitsOfServer().key(key);
    limitsOfServer().value(value);
    Target target = Target.ofKey(key);
    if (ttl != null) {
      target.with(TTL, Times.ttl(ttl));
    }
    Request request = Request.write("PUT", target).withBody(value.clone());
    return requests.send(
        header.isEmpty() ? request : request.with(header, tag),
        response ->
            response.status() == 412 ? OptionalLong.empty() : OptionalLong.of(response.revision()));
  }

  @Override
  public Optional<byte[]> get(byte[] key) {
    return read(key, Response::body);
  }

  @Override
  public Optional<Entry> entry(byte[] key) {
    return read(
        key,
        response ->
            new Entry(
                key.clone(), response.body(), response.number("ETag"), response.expiresAtMillis()));
  }

  private <T> Optional<T> read(byte[] key, Function<Response, T> result) {
    limitsOfServer().key(key);
    return requests.send(
        Request.get(Target.ofKey(key)),
        response ->
            response.status() == 404 ? Optional.empty() : Optional.of(result.apply(response)));
  }

  @Override
  public boolean delete(byte[] key) {
    limitsOfServer().key(key);
    return requests.send(
        Request.write("DELETE", Target.ofKey(key)), response -> response.status() < 300);
  }

  @Override
  public boolean compareAndDelete(byte[] key, long expectedRevision) {
    limitsOfServer().key(key);
    requests.requireOpen();
    if (expectedRevision <= 0 || expectedRevision > MAX_REVISION) {
      return false;
    }
    return requests.send(
        Request.write("DELETE", Target.ofKey(key)).with(IF_MATCH, "" + expectedRevision),
        response -> response.status() < 300);
  }

  @Override
  public boolean touch(byte[] key, Duration ttl) {
    ServerLimits.ttl(ttl);
    limitsOfServer().key(key);
    return requests.send(
        Request.write("PATCH", Target.ofKey(key).with(TTL, Times.ttl(ttl))),
        response -> response.status() < 300);
  }

  @Override
  public long add(byte[] key, long delta) {
    return add(Target.ofKey(checked(key)).with("add", delta));
  }

  @Override
  public long add(byte[] key, long delta, Duration ttlOfNew) {
    ServerLimits.ttl(ttlOfNew);
    return add(Target.ofKey(checked(key)).with("add", delta).with(TTL, Times.ttl(ttlOfNew)));
  }

  private long add(Target target) {
    return requests.send(
        Request.write("POST", target),
        response -> {
          try {
            return Long.parseLong(response.text());
          } catch (NumberFormatException malformed) {
            throw new Response.MalformedException("the sum is no number");
          }
        });
  }

  private byte[] checked(byte[] key) {
    limitsOfServer().key(key);
    return key;
  }

  @Override
  public BatchResult commit(Batch batch) {
    Objects.requireNonNull(batch, "batch");
    limitsOfServer().batch(batch);
    requests.requireOpen();
    if (batch.operations().isEmpty() && batch.conditions().isEmpty()) {
      return new BatchResult(0, List.of(), List.of());
    }
    byte[] body = Txn.write(batch);
    limitsOfServer().body(body);
    Request request = Request.write("POST", Target.of("/v1/txn")).withBody(body);
    BatchResult result =
        requests.send(
            batch.writes() ? request : request.repeatable(),
            response ->
                response.status() == 412
                    ? new BatchResult(0, response.parse(Txn::readFailures), List.of())
                    : response.parse(json -> Txn.readResults(json, batch)));
    return result.applied() ? result : withValues(result);
  }

  /** The same with the values that the server leaves out, as far as they are still there. */
  private BatchResult withValues(BatchResult result) {
    List<BatchResult.Failure> failures = new ArrayList<>();
    long left = Scan.DEFAULT_MAX_BYTES;
    for (BatchResult.Failure failure : result.failures()) {
      Optional<Entry> current = failure.current();
      if (current.isPresent() && current.get().valueBytes() <= left) {
        current = Optional.of(withValue(current.get()));
        left -= current.get().value().length;
      } else {
        current =
            current.map(
                it ->
                    Entry.withoutValue(
                        it.key(), it.valueBytes(), it.revision(), it.expiresAtMillis()));
      }
      failures.add(new BatchResult.Failure(failure.index(), current));
    }
    return new BatchResult(0, failures, List.of());
  }

  private Entry withValue(Entry entry) {
    return entry.value().length == entry.valueBytes()
        ? entry
        : entry(entry.key()).filter(it -> it.revision() == entry.revision()).orElse(entry);
  }

  @Override
  public Page scan(Scan scan) {
    Json.ListPage page = list(scan);
    return new Page(page.entries(), page.more());
  }

  /** One page of a scan, and a revision all writes up to which it shows. */
  Json.ListPage list(Scan scan) {
    Objects.requireNonNull(scan, "scan");
    Range range = Range.of(scan, limitsOfServer().store().maxKeyBytes());
    requests.requireOpen();
    if (range.isEmpty() || range.to() != null && range.to().length == 0) {
      return new Json.ListPage(List.of(), false, 0);
    }
    Json.ListPage page =
        requests.send(Request.get(range.target(scan)), response -> response.parse(Json::listPage));
    return range.shown(scan, page);
  }

  @Override
  public long count(Scan scan) {
    Objects.requireNonNull(scan, "scan");
    Range range = Range.of(scan, limitsOfServer().store().maxKeyBytes());
    requests.requireOpen();
    if (range.isEmpty() || range.to() != null && range.to().length == 0) {
      return 0;
    }
    return range.fits()
        ? count(range.with(Target.of("/v1/count")))
        : entries(scan.keysOnly().limit(Range.MAX_PAGE_ENTRIES)).count();
  }

  @Override
  public long size() {
    return count(Target.of("/v1/count"));
  }

  private long count(Target target) {
    return requests.send(
        Request.get(target), response -> response.parse(json -> Json.number(json, "count")));
  }

  @Override
  public long revision() {
    return requests.send(
        Request.get(Target.of("/v1/changes")),
        response -> response.parse(json -> Json.number(json, "revision")));
  }

  @Override
  public void sync() {
    Request nothing = Request.write("POST", Target.of("/v1/import").with("sync", "true"));
    requests.send(nothing.repeatable(), Response::status);
  }

  @Override
  public void requireHealthy() {
    requests.send(Request.get(Target.of("/readyz")), Response::status);
  }

  @Override
  public Snapshot snapshot() {
    requests.requireOpen();
    throw new KVException.Unsupported(
        "a store of a server gives no snapshot; admin().backup(folder) writes what is there at one"
            + " moment, and scan() reads it in pages");
  }

  @Override
  public Changes changes(Changes.From from) {
    Objects.requireNonNull(from, "from");
    RemoteChanges changes = new RemoteChanges(this, requests, from, watching::remove);
    watching.add(changes);
    try {
      changes.open();
      requests.requireOpen();
    } catch (RuntimeException failed) {
      changes.close();
      throw failed;
    }
    return changes;
  }

  @Override
  public StoreLimits limits() {
    return limitsOfServer().store();
  }

  @Override
  public Durability durability() {
    return limitsOfServer().durability();
  }

  /** What the server takes; asked once. */
  ServerLimits limitsOfServer() {
    ServerLimits known = limits;
    if (known == null) {
      known =
          requests.send(
              Request.get(Target.of("/v1")), response -> response.parse(ServerLimits::read));
      limits = known;
    }
    return known;
  }

  @Override
  public StoreAdmin admin() {
    return admin;
  }

  /**
   * Ends the client, and with it every {@link Changes} it has given; the server goes on. Calls in
   * flight finish first, for at most the time-out.
   */
  @Override
  public void close() {
    requests.close();
    watching.forEach(RemoteChanges::close);
  }

  @Override
  public String toString() {
    return "RemoteStore[" + requests.base() + "]";
  }
}
