package io.kvapp.server.v1;

import io.kvapp.KVStore;
import io.kvapp.StoreOptions;
import io.kvapp.VerifyReport;
import io.kvapp.server.http.message.HttpException;
import io.kvapp.server.http.message.Response;
import io.kvapp.server.http.message.ResponseHead;
import io.kvapp.server.http.routing.Access;
import io.kvapp.server.http.routing.Call;
import io.kvapp.server.http.routing.Route;
import io.kvapp.server.json.JsonOutput;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * {@code /v1/admin}: backup, compaction, verification, and what opening the store found. One piece
 * of work goes on at a time, for as long as it takes.
 *
 * <p>All methods may be called from any thread.
 */
public final class AdminHandler {
  private static final List<String> POST = List.of("POST");
  private static final String NAME = "name";
  private static final Pattern NAMES = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");
  private static final ResponseHead CREATED =
      ResponseHead.secured(201).with("Content-Type", "application/json");
  private static final ResponseHead DONE = ResponseHead.of(204);

  private final KVStore store;
  private final ReentrantLock working = new ReentrantLock();

  private AdminHandler(KVStore store) {
    this.store = store;
  }

  /**
   * The rows of the route table.
   *
   * @param backups the folder of backups, made when it is needed; without one there is no row for
   *     backups
   */
  public static List<Route> routes(KVStore store, Optional<Path> backups) {
    AdminHandler admin = new AdminHandler(store);
    List<Route> routes = new ArrayList<>();
    routes.add(Route.of("/v1/admin/compact", POST, Access.ADMIN, admin::compact));
    routes.add(Route.of("/v1/admin/verify", POST, Access.ADMIN, admin::verify));
    routes.add(
        Route.of("/v1/admin/recovery", List.of("GET", "HEAD"), Access.ADMIN, admin::recovery));
    backups.ifPresent(
        folder ->
            routes.add(
                Route.of(
                    "/v1/admin/backup", POST, Access.ADMIN, call -> admin.backup(call, folder))));
    return routes;
  }

  private Response backup(Call call, Path backups) {
    String name =
        Parameters.of(call.request().query(), List.of(NAME))
            .text(NAME)
            .filter(NAMES.asMatchPredicate())
            .orElseThrow(
                () ->
                    Parameters.bad(
                        NAME, "1 to 64 of A-Z, a-z, 0-9, . _ -, the first a letter or digit"));
    Map<String, Object> made = alone(() -> backUp(name, backups.resolve(name)));
    return Response.of(CREATED, output -> new JsonOutput(output).value(made));
  }

  private Map<String, Object> backUp(String name, Path folder) {
    if (Files.exists(folder, LinkOption.NOFOLLOW_LINKS)) {
      throw new HttpException(
          409, "name-taken", "there is a backup with this name; choose another name");
    }
    try {
      Files.createDirectories(folder.getParent());
      store.admin().backup(folder);
      return described(name, folder);
    } catch (IOException failure) {
      throw new UncheckedIOException("making backup " + folder, failure);
    }
  }

  /** What a backup holds, as it is read there. */
  private static Map<String, Object> described(String name, Path folder) throws IOException {
    Map<String, Object> members = new LinkedHashMap<>();
    members.put(NAME, name);
    try (KVStore copy = KVStore.open(folder, StoreOptions.defaults().withReadOnly(true));
        Stream<Path> files = Files.list(folder)) {
      members.put("entries", copy.size());
      long bytes = 0;
      for (Path file : files.toList()) {
        bytes += Files.size(file);
      }
      members.put("bytes", bytes);
      members.put("revision", copy.revision());
    }
    return members;
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
