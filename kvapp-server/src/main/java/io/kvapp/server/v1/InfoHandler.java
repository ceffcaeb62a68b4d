package io.kvapp.server.v1;

import io.kvapp.StoreLimits;
import io.kvapp.server.http.message.Response;
import io.kvapp.server.http.routing.Access;
import io.kvapp.server.http.routing.Call;
import io.kvapp.server.http.routing.Route;
import io.kvapp.server.json.JsonOutput;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * {@code /v1}: the version of the server, and what it takes.
 *
 * <p>All methods may be called from any thread.
 */
public final class InfoHandler {
  private static final byte[] VERSION = JsonOutput.ascii("{\"version\":");
  private static final byte[] LIMITS = JsonOutput.ascii(",\"limits\":{");
  private static final byte[] COMMA = JsonOutput.ascii(",");
  private static final byte[] COLON = JsonOutput.ascii(":");
  private static final byte[] END = JsonOutput.ascii("}}");

  private final String version;
  private final Map<String, Long> limits = new LinkedHashMap<>();

  private InfoHandler(StoreLimits store, int maxWatchers) {
    String implementation = InfoHandler.class.getPackage().getImplementationVersion();
    version = implementation == null ? "unknown" : implementation;
    limits.put("key_bytes", (long) store.maxKeyBytes());
    limits.put("value_bytes", (long) store.maxValueBytes());
    limits.put("txn_bytes", Math.min(TxnHandler.MAX_BODY_BYTES, store.maxBatchBytes()));
    limits.put(
        "txn_operations", (long) Math.min(TxnReader.MAX_ELEMENTS, store.maxBatchOperations()));
    limits.put("list_entries", (long) RangeHandler.MAX_LIST_LIMIT);
    limits.put("list_bytes", RangeHandler.MAX_LIST_BYTES);
    limits.put("watchers", (long) maxWatchers);
  }

  /** The row of the route table. */
  public static List<Route> routes(StoreLimits limits, int maxWatchers) {
    InfoHandler info = new InfoHandler(limits, maxWatchers);
    return List.of(Route.of("/v1", List.of("GET", "HEAD"), Access.TOKEN, info::handle));
  }

  private Response handle(Call call) {
    Parameters.of(call.request().query(), List.of());
    return Response.of(
        Replies.json(),
        output -> {
          JsonOutput json = new JsonOutput(output).raw(VERSION).string(version).raw(LIMITS);
          boolean isFirst = true;
          for (Map.Entry<String, Long> limit : limits.entrySet()) {
            json.raw(isFirst ? new byte[0] : COMMA).string(limit.getKey()).raw(COLON);
            json.number(limit.getValue());
            isFirst = false;
          }
          json.raw(END);
        });
  }
}
