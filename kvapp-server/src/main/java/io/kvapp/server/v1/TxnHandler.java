package io.kvapp.server.v1;

import io.kvapp.Batch;
import io.kvapp.BatchResult;
import io.kvapp.server.http.message.Response;
import io.kvapp.server.http.message.ResponseHead;
import io.kvapp.server.http.routing.Call;
import io.kvapp.server.json.JsonOutput;
import io.kvapp.server.service.EntryService;
import java.util.List;

/**
 * {@code POST /v1/txn}: conditions and operations that are made together or not at all.
 *
 * <p>Safe for any thread.
 */
final class TxnHandler {
  /** Keys and values are in memory as they are read, and once more in their batch. */
  private static final int COPIES = 2;

  private static final String SYNC = "sync";

  private final EntryService entries;
  private final TxnLimits limits;

  TxnHandler(EntryService entries, TxnLimits limits) {
    this.entries = entries;
    this.limits = limits;
  }

  Response handle(Call call) {
    boolean sync = Parameters.of(call.request().query(), List.of(SYNC)).flag(SYNC);
    Precondition.requireNone(call.request());
    byte[] body = call.bytes();
    call.request().memory().reserve((long) COPIES * body.length);
    Batch batch = TxnReader.read(body, entries.limits(), limits);
    BatchResult result =
        entries.commit(call.caller(), batch, sync, limits.contentBytes(), call.request().memory());
    if (!result.applied()) {
      throw Refusals.conflict(result);
    }
    ResponseHead head = Replies.json();
    if (result.revision() > 0) {
      head = Replies.written(head, result.revision(), sync, entries.durability());
    }
    return Response.of(head, output -> TxnJson.writeResults(new JsonOutput(output), result));
  }
}
