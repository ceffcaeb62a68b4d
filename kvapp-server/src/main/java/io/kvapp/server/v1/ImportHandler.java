package io.kvapp.server.v1;

import io.kvapp.server.http.message.Request;
import io.kvapp.server.http.message.Response;
import io.kvapp.server.http.message.ResponseHead;
import io.kvapp.server.http.routing.Call;
import io.kvapp.server.json.JsonOutput;
import io.kvapp.server.service.EntryService;
import io.kvapp.server.transfer.ImportRun;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.InstantSource;
import java.util.List;

/**
 * {@code POST /v1/import}: writes what an export has read, as it arrives.
 *
 * <p>Safe for any thread.
 */
final class ImportHandler {
  private static final String SYNC = "sync";
  private static final byte[] IMPORTED = JsonOutput.ascii("{\"imported\":");
  private static final byte[] SKIPPED = JsonOutput.ascii(",\"skipped\":");

  private final EntryService entries;
  private final InstantSource clock;

  /**
   * A handler of imports.
   *
   * @param clock tells which entries have expired meanwhile
   */
  ImportHandler(EntryService entries, InstantSource clock) {
    this.entries = entries;
    this.clock = clock;
  }

  Response handle(Call call) {
    Request request = call.request();
    boolean sync = Parameters.of(request.query(), List.of(SYNC)).flag(SYNC);
    Precondition.requireNone(request);
    ImportRun run =
        new ImportRun(entries, call.caller(), clock, request.bodyStream(), request.memory());
    try {
      run.run();
    } catch (IOException ofStream) {
      throw new UncheckedIOException("the body could not be read", ofStream);
    }
    if (sync) {
      entries.sync();
    }
    long revision = run.imported() > 0 ? run.lastRevision() : entries.revision();
    ResponseHead head = Replies.written(Replies.json(), revision, sync, entries.durability());
    return Response.of(
        head,
        output -> {
          JsonOutput json = new JsonOutput(output).raw(IMPORTED).number(run.imported());
          json.raw(SKIPPED).number(run.skipped());
          Replies.writeEnd(json, revision, false);
        });
  }
}
