package io.kvapp.server.v1;

import io.kvapp.Durability;
import io.kvapp.KVStore;
import io.kvapp.StoreLimits;
import io.kvapp.server.http.message.Response;
import io.kvapp.server.http.routing.Access;
import io.kvapp.server.http.routing.Call;
import io.kvapp.server.http.routing.Route;
import io.kvapp.server.json.JsonOutput;
import io.kvapp.server.settings.BuildInfo;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * {@code /v1}: the version of the server, and what it takes.
 *
 * <p>All methods may be called from any thread.
 */
public final class InfoHandler {
  private final Map<String, Object> info = new LinkedHashMap<>();

  private InfoHandler(StoreLimits store, Durability durability, int maxWatchers, TxnLimits txn) {
    Map<String, Object> limits = new LinkedHashMap<>();
    limits.put("key_bytes", store.maxKeyBytes());
    limits.put("value_bytes", store.maxValueBytes());
    limits.put("txn_bytes", txn.bodyBytes());
    limits.put("batch_bytes", txn.contentBytes());
    limits.put("txn_operations", txn.operations());
    limits.put("txn_conditions", txn.conditions());
    limits.put("list_entries", RangeHandler.MAX_LIST_LIMIT);
    limits.put("list_bytes", RangeHandler.MAX_LIST_BYTES);
    limits.put("watchers", maxWatchers);
    info.put("version", BuildInfo.current().version());
    info.put("durability", durability.name().toLowerCase(Locale.ROOT));
    info.put("limits", limits);
  }

  /** The row of the route table. */
  public static List<Route> routes(KVStore store, int maxWatchers, TxnLimits txn) {
    InfoHandler info = new InfoHandler(store.limits(), store.durability(), maxWatchers, txn);
    return List.of(Route.of("/v1", List.of("GET", "HEAD"), Access.TOKEN, info::handle));
  }

  private Response handle(Call call) {
    Parameters.of(call.request().query(), List.of());
    return Response.of(Replies.json(), output -> new JsonOutput(output).value(info));
  }
}
