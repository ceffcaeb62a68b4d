package io.kvapp.server.v1;

import io.kvapp.BatchResult;
import io.kvapp.OperationResult;
import io.kvapp.server.json.JsonOutput;
import java.io.IOException;
import java.util.List;

/**
 * Writes what became of a transaction.
 *
 * <p>All methods may be called from any thread.
 */
public final class TxnJson {
  /** Numbers from here on are not exact in JavaScript, and are written as strings. */
  private static final long MAX_EXACT = (1L << 53) - 1;

  private static final byte[] REVISION = JsonOutput.ascii("{\"revision\":");
  private static final byte[] RESULTS = JsonOutput.ascii(",\"results\":[");
  private static final byte[] CREATED = JsonOutput.ascii("{\"created\":");
  private static final byte[] DELETED = JsonOutput.ascii("{\"deleted\":");
  private static final byte[] TOUCHED = JsonOutput.ascii("{\"touched\":");
  private static final byte[] VALUE = JsonOutput.ascii("{\"value\":");
  private static final byte[] ENTRY = JsonOutput.ascii("{\"entry\":");
  private static final byte[] INDEX = JsonOutput.ascii("{\"index\":");
  private static final byte[] CURRENT = JsonOutput.ascii(",\"current\":");
  private static final byte[] BEGIN_ARRAY = JsonOutput.ascii("[");
  private static final byte[] END_ARRAY = JsonOutput.ascii("]");
  private static final byte[] END_BOTH = JsonOutput.ascii("]}");
  private static final byte[] END_OBJECT = JsonOutput.ascii("}");
  private static final byte[] COMMA = JsonOutput.ascii(",");
  private static final byte[] TRUE = JsonOutput.ascii("true");
  private static final byte[] FALSE = JsonOutput.ascii("false");
  private static final byte[] NULL = JsonOutput.ascii("null");

  private TxnJson() {}

  /** Writes the revision and the result of each operation. */
  public static void writeResults(JsonOutput json, BatchResult result) throws IOException {
    json.raw(REVISION);
    if (result.revision() == 0) {
      json.raw(NULL);
    } else {
      json.number(result.revision());
    }
    json.raw(RESULTS);
    List<OperationResult> results = result.results();
    for (int index = 0; index < results.size(); index++) {
      if (index > 0) {
        json.raw(COMMA);
      }
      write(json, results.get(index));
      json.raw(END_OBJECT);
    }
    json.raw(END_BOTH);
  }

  /** Writes the conditions that did not hold, with the entries that are there instead. */
  static void writeFailures(JsonOutput json, List<BatchResult.Failure> failures)
      throws IOException {
    json.raw(BEGIN_ARRAY);
    for (int index = 0; index < failures.size(); index++) {
      if (index > 0) {
        json.raw(COMMA);
      }
      BatchResult.Failure failure = failures.get(index);
      json.raw(INDEX).number(failure.index()).raw(CURRENT);
      EntryJson.writeOrNull(json, failure.current().orElse(null), Refusals.MAX_CURRENT_BYTES);
      json.raw(END_OBJECT);
    }
    json.raw(END_ARRAY);
  }

  private static void write(JsonOutput json, OperationResult result) throws IOException {
    if (result instanceof OperationResult.Put put) {
      json.raw(CREATED).raw(put.created() ? TRUE : FALSE);
      EntryJson.writeExpiry(json, put.expiresAtMillis());
    } else if (result instanceof OperationResult.Delete delete) {
      json.raw(DELETED).raw(delete.deleted() ? TRUE : FALSE);
    } else if (result instanceof OperationResult.Touch touch) {
      json.raw(TOUCHED).raw(touch.touched() ? TRUE : FALSE);
      EntryJson.writeExpiry(json, touch.expiresAtMillis());
    } else if (result instanceof OperationResult.Add add) {
      writeNumber(json.raw(VALUE), add.number());
      EntryJson.writeExpiry(json, add.expiresAtMillis());
    } else if (result instanceof OperationResult.Get get) {
      EntryJson.writeOrNull(json.raw(ENTRY), get.entry().orElse(null), Integer.MAX_VALUE);
    }
  }

  private static void writeNumber(JsonOutput json, long number) throws IOException {
    if (number < -MAX_EXACT || number > MAX_EXACT) {
      json.string(Long.toString(number));
    } else {
      json.number(number);
    }
  }
}
