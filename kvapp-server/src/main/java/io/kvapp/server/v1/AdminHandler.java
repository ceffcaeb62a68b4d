package io.kvapp.server.v1;

import io.kvapp.KVStore;
import io.kvapp.VerifyReport;
import io.kvapp.server.http.message.HttpException;
import io.kvapp.server.http.message.Response;
import io.kvapp.server.http.message.ResponseHead;
import io.kvapp.server.http.routing.Access;
import io.kvapp.server.http.routing.Call;
import io.kvapp.server.http.routing.Route;
import io.kvapp.server.json.JsonOutput;
import io.kvapp.server.transfer.Backups;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/**
 * {@code /v1/admin}: backup, compaction, verification, and what opening the store found. One piece
 * of work goes on at a time, for as long as it takes.
 *
 * <p>All methods may be called from any thread.
 */
public final class AdminHandler {
  private static final List<String> POST = List.of("POST");
  private static final String NAME = "name";
  private static final ResponseHead CREATED =
      ResponseHead.secured(201).with("Content-Type", "application/json");
  private static final ResponseHead DONE = ResponseHead.of(204);

  private final KVStore store;
  private final ReentrantLock working;

  private AdminHandler(KVStore store, ReentrantLock working) {
    this.store = store;
    this.working = working;
  }

  /**
   * The rows of the route table.
   *
   * @param backups makes backups; without it there is no row for them
   * @param working is held while a piece of work goes on
   */
  public static List<Route> routes(
      KVStore store, Optional<Backups> backups, ReentrantLock working) {
    AdminHandler admin = new AdminHandler(store, working);
    List<Route> routes = new ArrayList<>();
    routes.add(Route.of("/v1/admin/compact", POST, Access.ADMIN, admin::compact));
    routes.add(Route.of("/v1/admin/verify", POST, Access.ADMIN, admin::verify));
    routes.add(
        Route.of("/v1/admin/recovery", List.of("GET", "HEAD"), Access.ADMIN, admin::recovery));
    backups.ifPresent(
        into ->
            routes.add(
                Route.of(
                    "/v1/admin/backup", POST, Access.ADMIN, call -> admin.backup(call, into))));
    return routes;
  }

  private Response backup(Call call, Backups backups) {
    String name =
        Parameters.of(call.request().query(), List.of(NAME))
            .text(NAME)
            .filter(Backups.NAMES.asMatchPredicate())
            .orElseThrow(
                () ->
                    Parameters.bad(
                        NAME, "1 to 64 of A-Z, a-z, 0-9, . _ -, the first a letter or digit"));
    Backups.Backup made = alone(() -> backups.make(name));
    Map<String, Object> members = new LinkedHashMap<>();
    members.put(NAME, made.name());
    members.put("entries", made.entries());
    members.put("bytes", made.bytes());
    members.put("revision", made.revision());
    return Response.of(CREATED, output -> new JsonOutput(output).value(members));
  }

  private Response compact(Call call) {
    requireNoParameters(call);
    return alone(
        () -> {
          store.admin().compact();
          return Response.empty(DONE);
        });
  }

  private Response verify(Call call) {
    requireNoParameters(call);
    VerifyReport report = alone(() -> store.admin().verify());
    Map<String, Object> members = new LinkedHashMap<>();
    members.put("entries", report.entries());
    members.put("bytes", report.bytes());
    members.put("faults", report.faults());
    return Response.of(Replies.json(), output -> new JsonOutput(output).value(members));
  }

  private Response recovery(Call call) {
    requireNoParameters(call);
    Map<String, Object> members = StatsHandler.recovery(store.admin().recovery());
    return Response.of(Replies.json(), output -> new JsonOutput(output).value(members));
  }

  private static void requireNoParameters(Call call) {
    Parameters.of(call.request().query(), List.of());
  }

  private <T> T alone(Supplier<T> work) {
    if (!working.tryLock()) {
      throw new HttpException(
          503, "another backup, compaction or verification goes on; try again later");
    }
    try {
      return work.get();
    } finally {
      working.unlock();
    }
  }
}
