package io.kvapp.server.v1;

import io.kvapp.Entry;
import io.kvapp.server.auth.users.Caller;
import io.kvapp.server.http.message.BodyOutput;
import io.kvapp.server.http.message.Response;
import io.kvapp.server.http.message.ResponseHead;
import io.kvapp.server.http.routing.Call;
import io.kvapp.server.json.JsonOutput;
import io.kvapp.server.service.EntryService;
import io.kvapp.server.service.Export;
import io.kvapp.transfer.ExportFormat.End;
import java.io.IOException;
import java.util.Iterator;
import java.util.List;
import java.util.function.Consumer;

/**
 * {@code GET /v1/export}: a line of JSON for each entry, as they are at one moment, and a last line
 * that says that it is whole.
 *
 * <p>Safe for any thread.
 */
final class ExportHandler {
  /** The type of JSON objects, one a line. */
  static final String TYPE = "application/x-ndjson";

  private static final byte[] NOTHING = {};
  private static final byte[] LINE_FEED = JsonOutput.ascii("\n");
  private static final ResponseHead HEAD = ResponseHead.secured(200).with("Content-Type", TYPE);

  /** So many bytes of entries are written between two looks at the grant. */
  private static final int LOOK_BYTES = 1 << 20;

  private static final int ENTRY_BYTES = 64;

  private final EntryService entries;
  private final Consumer<Caller> requireGrant;

  /**
   * A handler of exports.
   *
   * @param requireGrant throws if the grant of a caller has ended
   */
  ExportHandler(EntryService entries, Consumer<Caller> requireGrant) {
    this.entries = entries;
    this.requireGrant = requireGrant;
  }

  Response handle(Call call) {
    Parameters parameters =
        Parameters.of(
            call.request().query(),
            List.of(RangeHandler.PREFIX, RangeHandler.FROM, RangeHandler.TO));
    Caller caller = call.caller();
    Runnable requireGrantStill = () -> requireGrant.accept(caller);
    Runnable stillNeeded =
        () -> {
          requireGrantStill.run();
          call.request().requireClient();
        };
    Export export =
        entries.export(
            caller,
            parameters.bytes(RangeHandler.PREFIX).orElse(NOTHING),
            RangeHandler.range(parameters),
            call.request().memory(),
            stillNeeded);
    return Response.of(
        HEAD.with(Replies.REVISION, Long.toString(export.revision())),
        output -> {
          try (export) {
            write(output, export, requireGrantStill);
          }
        });
  }

  private static void write(BodyOutput output, Export export, Runnable requireGrantStill)
      throws IOException {
    JsonOutput json = new JsonOutput(output);
    Iterator<Entry> entries = export.entries();
    long count = 0;
    long bytes = 0;
    while (entries.hasNext()) {
      Entry entry = entries.next();
      EntryJson.write(json, entry);
      json.raw(LINE_FEED);
      count++;
      bytes += ENTRY_BYTES + entry.valueBytes();
      if (bytes > LOOK_BYTES) {
        requireGrantStill.run();
        bytes = 0;
      }
    }
    End end = new End(count, export.revision(), export.filtered());
    json.raw(JsonOutput.ascii(end.line())).raw(LINE_FEED);
  }
}
