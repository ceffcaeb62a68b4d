package io.kvapp.server.v1;

import io.kvapp.Batch;
import io.kvapp.BatchResult;
import io.kvapp.StoreLimits;
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
  /** Keys and values of one transaction have at most so many bytes, or those of one entry. */
  private static final int MAX_CONTENT_BYTES = 16 << 20;

  /** Room in a body for all besides keys and values. */
  private static final int OTHER_BYTES = 2 << 20;

  /** Keys and values are in memory as they are read, and once more in their batch. */
  private static final int COPIES = 2;

  private static final String SYNC = "sync";

  private final EntryService entries;

  TxnHandler(EntryService entries) {
    this.entries = entries;
  }

  /** The most bytes of keys and values that a transaction may write and read. */
  static long maxContentBytes(StoreLimits limits) {
    long ofEntry = (long) limits.maxKeyBytes() + limits.maxValueBytes();
    return Math.min(limits.maxBatchBytes(), Math.max(MAX_CONTENT_BYTES, ofEntry));
  }

  /** The largest body of a transaction: its content in base64, and room for the rest. */
  static int maxBodyBytes(StoreLimits limits) {
    return (int) Math.min(Integer.MAX_VALUE, 4 * maxContentBytes(limits) / 3 + OTHER_BYTES);
  }

  Response handle(Call call) {
    boolean sync = Parameters.of(call.request().query(), List.of(SYNC)).flag(SYNC);
    Precondition.requireNone(call.request());
    byte[] body = call.bytes();
    call.request().memory().reserve((long) COPIES * body.length);
    Batch batch = TxnReader.read(body, entries.limits());
    BatchResult result =
        entries.commit(
            call.caller(), batch, sync, maxContentBytes(entries.limits()), call.request().memory());
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
