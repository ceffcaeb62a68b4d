package io.kvapp.server.v1;

import io.kvapp.Changes;
import io.kvapp.KVException;
import io.kvapp.StoreLimits;
import io.kvapp.server.auth.Authenticator;
import io.kvapp.server.http.message.LongLived;
import io.kvapp.server.http.message.Request;
import io.kvapp.server.http.message.Response;
import io.kvapp.server.http.message.ResponseHead;
import io.kvapp.server.http.routing.Call;
import io.kvapp.server.service.EntryService;
import io.kvapp.server.service.WatchedKeys;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;

/**
 * {@code GET /v1/watch}: changes as they happen, as Server-Sent Events.
 *
 * <p>Safe for any thread.
 */
final class WatchHandler {
  static final String AFTER = "after";
  static final String KEYS_ONLY = "keys_only";

  /** The parameters that may be given several times. */
  static final List<String> REPEATABLE = List.of(RangeHandler.PREFIX, KvHandler.KEY);

  private static final String INITIAL = "initial";
  private static final String LAST_EVENT_ID = "Last-Event-ID";
  private static final int MAX_REPEATS = 16;
  private static final Duration HEARTBEAT = Duration.ofSeconds(15);
  private static final Duration LOOK = Duration.ofSeconds(1);
  private static final ResponseHead HEAD =
      ResponseHead.secured(200)
          .with("Content-Type", "text/event-stream")
          .with("X-Accel-Buffering", "no");

  private final EntryService entries;
  private final Authenticator authenticator;
  private final WatchCounts counts;
  private final Duration heartbeat;
  private final Duration look;

  WatchHandler(EntryService entries, Authenticator authenticator, WatchCounts counts) {
    this(entries, authenticator, counts, HEARTBEAT, LOOK);
  }

  /**
   * A handler of streams.
   *
   * @param heartbeat after so long without a message one without data is sent
   * @param look so often the token is looked at
   */
  WatchHandler(
      EntryService entries,
      Authenticator authenticator,
      WatchCounts counts,
      Duration heartbeat,
      Duration look) {
    this.entries = entries;
    this.authenticator = authenticator;
    this.counts = counts;
    this.heartbeat = heartbeat;
    this.look = look;
  }

  Response handle(Call call) {
    Request request = call.request();
    Parameters parameters =
        Parameters.of(request.query(), List.of(INITIAL, AFTER, KEYS_ONLY), REPEATABLE);
    WatchedKeys wanted =
        wanted(parameters, after(request, parameters), parameters.flag(INITIAL), entries.limits());
    LongLived place = request.longLived();
    long revision = entries.revision();
    WatchMemory memory = new WatchMemory(request.memory());
    Changes changes;
    try {
      changes = entries.changes(call.caller(), wanted, ChangeJson.MAX_VALUE_BYTES, memory::claim);
    } catch (KVException.HistoryGone gone) {
      counts.gone();
      throw Refusals.historyGone(gone, entries.revision());
    }
    place.onEnd(changes::close);
    String token = V1Face.token(request);
    WatchStream stream =
        new WatchStream(
            changes,
            memory,
            wanted.keysOnly(),
            next -> counts.tell(next, wanted.after().isPresent()),
            counts::gone,
            () -> V1Face.caller(token, authenticator),
            request::requireClient,
            entries::revision,
            heartbeat,
            look);
    return Response.of(HEAD.with(Replies.REVISION, Long.toString(revision)), stream);
  }

  /** What the parameters ask for. */
  static WatchedKeys wanted(
      Parameters parameters, OptionalLong after, boolean state, StoreLimits limits) {
    for (String name : REPEATABLE) {
      if (parameters.all(name).size() > MAX_REPEATS) {
        throw Parameters.bad(name, "up to " + MAX_REPEATS + " times");
      }
    }
    List<byte[]> keys = parameters.all(KvHandler.KEY);
    keys.forEach(key -> Keys.requireValid(key, limits));
    return new WatchedKeys(
        parameters.all(RangeHandler.PREFIX), keys, after, state, parameters.flag(KEYS_ONLY));
  }

  /** The revision in the parameter; empty where there is none. */
  static OptionalLong after(Parameters parameters) {
    return parameters.bytes(AFTER).isEmpty()
        ? OptionalLong.empty()
        : OptionalLong.of(parameters.integer(AFTER, 0, 0, Long.MAX_VALUE));
  }

  /** The same, but what a browser sends that connects again wins. */
  private static OptionalLong after(Request request, Parameters parameters) {
    OptionalLong after = after(parameters);
    String last = request.header("last-event-id");
    if (last == null || last.isEmpty()) {
      return after;
    }
    if (!last.matches("\\d{1,18}")) {
      throw Parameters.bad(LAST_EVENT_ID, "the id of an event of this server");
    }
    return OptionalLong.of(Long.parseLong(last));
  }
}
