package io.kvapp.server.v1;

import io.kvapp.server.auth.Authenticator;
import io.kvapp.server.http.message.Response;
import io.kvapp.server.http.routing.Access;
import io.kvapp.server.http.routing.Call;
import io.kvapp.server.http.routing.Route;
import io.kvapp.server.service.EntryService;
import java.time.InstantSource;
import java.util.List;
import java.util.function.Function;

/**
 * The endpoints for entries: their rows in the route table.
 *
 * <p>All methods may be called from any thread.
 */
public final class V1Endpoints {
  private static final String BY_PATH = "/v1/kv/{key}";
  private static final String BY_QUERY = "/v1/kv";
  private static final List<String> READING = List.of("GET", "HEAD");

  /** Answers a call whose key is in the path, or else in the query. */
  @FunctionalInterface
  private interface KeyHandler {
    Response handle(Call call, boolean inPath);
  }

  private V1Endpoints() {}

  /**
   * The rows.
   *
   * @param authenticator says whether tokens and grants still stand while a response goes on
   * @param counts gets what readers of changes are told
   * @param clock tells which entries of an import have expired meanwhile
   * @param txnLimits what one transaction may be
   */
  public static List<Route> routes(
      EntryService entries,
      Authenticator authenticator,
      WatchCounts counts,
      InstantSource clock,
      TxnLimits txnLimits) {
    KvHandler kv = new KvHandler(entries);
    RangeHandler range = new RangeHandler(entries);
    TxnHandler txn = new TxnHandler(entries, txnLimits);
    ExportHandler export = new ExportHandler(entries, authenticator::requireGrant);
    WatchHandler watch = new WatchHandler(entries, authenticator, counts);
    ChangesHandler changes = new ChangesHandler(entries, authenticator, counts);
    ImportHandler imports = new ImportHandler(entries, clock);
    int maxValueBytes = entries.limits().maxValueBytes();
    return List.of(
        byPath(READING, Access.READER, kv::get),
        byPath(List.of("PUT"), Access.WRITER, kv::put).withMaxBody(maxValueBytes),
        byPath(List.of("PATCH"), Access.WRITER, kv::patch),
        byPath(List.of("POST"), Access.WRITER, kv::add),
        byPath(List.of("DELETE"), Access.WRITER, kv::delete),
        byQuery(READING, Access.READER, kv::get, range::list),
        byQuery(List.of("PUT"), Access.WRITER, kv::put, null).withMaxBody(maxValueBytes),
        byQuery(List.of("PATCH"), Access.WRITER, kv::patch, null),
        byQuery(List.of("POST"), Access.WRITER, kv::add, null),
        byQuery(List.of("DELETE"), Access.WRITER, kv::delete, range::delete),
        Route.of("/v1/count", READING, Access.READER, range::count),
        Route.of("/v1/txn", List.of("POST"), Access.READER, txn::handle)
            .withMaxBody(txnLimits.bodyBytes()),
        Route.of("/v1/watch", List.of("GET"), Access.READER, watch::handle),
        Route.of("/v1/changes", READING, Access.READER, changes::handle),
        Route.of("/v1/export", READING, Access.READER, export::handle),
        Route.of("/v1/import", List.of("POST"), Access.WRITER, imports::handle));
  }

  private static Route byPath(List<String> methods, Access access, KeyHandler handler) {
    return Route.of(BY_PATH, methods, access, call -> handler.handle(call, true));
  }

  /** The same without a key in the path: with one in the query, or about many entries. */
  private static Route byQuery(
      List<String> methods, Access access, KeyHandler one, Function<Call, Response> many) {
    return Route.of(
        BY_QUERY,
        methods,
        access,
        call ->
            many != null && Parameters.peek(call.request().query(), KvHandler.KEY).isEmpty()
                ? many.apply(call)
                : one.handle(call, false));
  }
}
