package io.kvapp.server.v1;

import io.kvapp.Change;
import io.kvapp.Changes;
import io.kvapp.KVException;
import io.kvapp.server.auth.Authenticator;
import io.kvapp.server.http.message.LongLived;
import io.kvapp.server.http.message.Memory;
import io.kvapp.server.http.message.Request;
import io.kvapp.server.http.message.Response;
import io.kvapp.server.http.routing.Call;
import io.kvapp.server.json.JsonOutput;
import io.kvapp.server.service.EntryService;
import io.kvapp.server.service.WatchedKeys;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import java.util.regex.Pattern;

/**
 * {@code GET /v1/changes}: changes as pages, for which a request can wait.
 *
 * <p>Safe for any thread.
 */
final class ChangesHandler {
  private static final String LIMIT = "limit";
  private static final String WAIT = "wait";
  private static final Pattern NO_WAIT = Pattern.compile("0+(ms|s|m|h|d)?");
  private static final int DEFAULT_LIMIT = 1_000;
  private static final int MAX_LIMIT = 10_000;
  private static final Duration MAX_WAIT = Duration.ofSeconds(60);

  private static final byte[] CHANGES = JsonOutput.ascii("{\"changes\":[");
  private static final byte[] COMMA = JsonOutput.ascii(",");
  private static final byte[] END_ARRAY = JsonOutput.ascii("]");
  private static final byte[] MORE = JsonOutput.ascii(",\"more\":true}");
  private static final byte[] NO_MORE = JsonOutput.ascii(",\"more\":false}");

  private final EntryService entries;
  private final Authenticator authenticator;
  private final WatchCounts counts;

  ChangesHandler(EntryService entries, Authenticator authenticator, WatchCounts counts) {
    this.entries = entries;
    this.authenticator = authenticator;
    this.counts = counts;
  }

  Response handle(Call call) {
    Request request = call.request();
    Parameters parameters =
        Parameters.of(
            request.query(),
            List.of(WatchHandler.AFTER, LIMIT, WAIT, WatchHandler.KEYS_ONLY),
            WatchHandler.REPEATABLE);
    OptionalLong after = WatchHandler.after(parameters);
    WatchedKeys wanted = WatchHandler.wanted(parameters, after, false, entries.limits());
    int limit = (int) parameters.integer(LIMIT, DEFAULT_LIMIT, 1, MAX_LIMIT);
    Duration wait = wait(parameters);
    ChangesPage page;
    Memory memory = request.memory();
    try (Changes changes =
        entries.changes(call.caller(), wanted, ChangeJson.MAX_VALUE_BYTES, memory::reserve)) {
      page = new ChangesPage(changes, limit);
      if (after.isPresent()) {
        page.fill();
        if (page.isEmpty() && !wait.isZero()) {
          await(changes, page, wait, request);
        }
      }
    } catch (KVException.HistoryGone gone) {
      counts.gone();
      throw Refusals.historyGone(gone, entries.revision());
    }
    counts.tell(page.changes(), true);
    return Response.of(
        Replies.json(page.revision()),
        output -> write(new JsonOutput(output), page, wanted.keysOnly()));
  }

  /** How long to wait; unlike other durations it may be zero, as it is where it is not given. */
  private static Duration wait(Parameters parameters) {
    boolean isZero = NO_WAIT.matcher(parameters.text(WAIT).orElse("0")).matches();
    Duration wait = isZero ? Duration.ZERO : parameters.duration(WAIT).orElseThrow();
    if (wait.compareTo(MAX_WAIT) > 0) {
      throw Parameters.bad(WAIT, "up to " + MAX_WAIT.toSeconds() + "s");
    }
    return wait;
  }

  private void await(Changes changes, ChangesPage page, Duration wait, Request request) {
    LongLived place = request.longLived();
    place.onEnd(changes::close);
    String token = V1Face.token(request);
    try {
      page.await(
          wait,
          () -> {
            request.requireClient();
            V1Face.caller(token, authenticator);
          });
    } catch (KVException.WrongState stopping) {
      if (!place.isEnding()) {
        throw stopping;
      }
    }
  }

  private static void write(JsonOutput json, ChangesPage page, boolean keysOnly)
      throws IOException {
    json.raw(CHANGES);
    boolean isFirst = true;
    for (Change change : page.changes()) {
      if (!isFirst) {
        json.raw(COMMA);
      }
      ChangeJson.write(json, change, keysOnly);
      isFirst = false;
    }
    json.raw(END_ARRAY);
    EntryJson.writeRevision(json, page.revision());
    json.raw(page.hasMore() ? MORE : NO_MORE);
  }
}
