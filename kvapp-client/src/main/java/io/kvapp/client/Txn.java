package io.kvapp.client;

import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import io.kvapp.Batch;
import io.kvapp.BatchCondition;
import io.kvapp.BatchOperation;
import io.kvapp.BatchResult;
import io.kvapp.Entry;
import io.kvapp.Expiry;
import io.kvapp.OperationResult;
import io.kvapp.client.json.Json;
import io.kvapp.client.json.Times;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A batch as the JSON of a transaction, and what became of it.
 *
 * <p>All methods may be called from any thread.
 */
final class Txn {
  private Txn() {}

  /**
   * The body of a request.
   *
   * @param batch has a condition or an operation
   */
  static byte[] write(Batch batch) {
    StringBuilder text = new StringBuilder("{\"if\":[");
    String separator = "";
    for (BatchCondition condition : batch.conditions()) {
      key(text.append(separator).append('{'), condition.key());
      if (condition instanceof BatchCondition.Revision wanted) {
        text.append(",\"revision\":").append(wanted.revision());
      } else if (condition instanceof BatchCondition.Value wanted) {
        Json.base64(text.append(",\"value_base64\":"), wanted.value());
      } else {
        text.append(",\"exists\":true");
      }
      text.append('}');
      separator = ",";
    }
    text.append("],\"then\":[");
    separator = "";
    for (BatchOperation operation : operations(batch)) {
      write(text.append(separator), operation);
      separator = ",";
    }
    return text.append("]}").toString().getBytes(StandardCharsets.ISO_8859_1);
  }

  /** The operations; a batch that only checks reads what it checks, as the server wants one. */
  private static List<BatchOperation> operations(Batch batch) {
    return batch.operations().isEmpty()
        ? List.of(new BatchOperation.Get(batch.conditions().get(0).key()))
        : batch.operations();
  }

  private static void write(StringBuilder text, BatchOperation operation) {
    if (operation instanceof BatchOperation.Put put) {
      key(op(text, "put"), put.key());
      Json.base64(text.append(",\"value_base64\":"), put.value());
      expiry(text, put.expiry());
    } else if (operation instanceof BatchOperation.Delete delete) {
      key(op(text, "delete"), delete.key());
    } else if (operation instanceof BatchOperation.Touch touch) {
      key(op(text, "touch"), touch.key());
      expiry(text, touch.expiry());
    } else if (operation instanceof BatchOperation.Add add) {
      key(op(text, "add"), add.key());
      text.append(",\"by\":").append(add.delta());
      expiry(text, add.ofNew());
    } else {
      key(op(text, "get"), operation.key());
    }
    text.append('}');
  }

  private static StringBuilder op(StringBuilder text, String name) {
    return text.append("{\"op\":\"").append(name).append("\",");
  }

  private static void key(StringBuilder text, byte[] key) {
    Json.base64(text.append("\"key_base64\":"), key);
  }

  private static void expiry(StringBuilder text, Expiry expiry) {
    String name = "ttl";
    String value = Times.NEVER;
    if (expiry instanceof Expiry.In in) {
      value = Times.ttl(in.ttl());
    } else if (expiry instanceof Expiry.Keep) {
      value = "keep";
    } else if (expiry instanceof Expiry.At at) {
      value = Times.moment(at.moment());
      name = value.equals(Times.NEVER) ? name : "expires_at";
    }
    text.append(",\"").append(name).append("\":\"").append(value).append('"');
  }

  /** What became of a batch whose conditions held. */
  static BatchResult readResults(JsonReader json, Batch batch) throws IOException {
    long revision = 0;
    List<OperationResult> results = new ArrayList<>();
    List<BatchOperation> operations = operations(batch);
    json.beginObject();
    while (json.hasNext()) {
      String name = json.nextName();
      if (name.equals("revision") && json.peek() != JsonToken.NULL) {
        revision = json.nextLong();
      } else if (name.equals("results")) {
        json.beginArray();
        while (json.hasNext()) {
          results.add(readResult(json, operations.get(results.size())));
        }
        json.endArray();
      } else {
        json.skipValue();
      }
    }
    json.endObject();
    if (results.size() != operations.size()) {
      throw new IllegalStateException(results.size() + " results");
    }
    return new BatchResult(revision, List.of(), batch.operations().isEmpty() ? List.of() : results);
  }

  private static OperationResult readResult(JsonReader json, BatchOperation operation)
      throws IOException {
    boolean flag = false;
    long number = 0;
    long expiresAtMillis = 0;
    OperationResult.Get get = new OperationResult.Get(Optional.empty());
    json.beginObject();
    while (json.hasNext()) {
      switch (json.nextName()) {
        case "created", "deleted", "touched" -> flag = json.nextBoolean();
        case "value" -> number = Long.parseLong(json.nextString());
        case "expires_at" -> expiresAtMillis = Times.millis(json.nextString());
        case "entry" -> get = new OperationResult.Get(Optional.ofNullable(Json.entryOrNull(json)));
        default -> json.skipValue();
      }
    }
    json.endObject();
    if (operation instanceof BatchOperation.Put) {
      return new OperationResult.Put(flag, expiresAtMillis);
    }
    if (operation instanceof BatchOperation.Delete) {
      return new OperationResult.Delete(flag);
    }
    if (operation instanceof BatchOperation.Touch) {
      return new OperationResult.Touch(flag, expiresAtMillis);
    }
    return operation instanceof BatchOperation.Add
        ? new OperationResult.Add(number, expiresAtMillis)
        : get;
  }

  /** The conditions that did not hold. */
  static List<BatchResult.Failure> readFailures(JsonReader json) throws IOException {
    List<BatchResult.Failure> failures = new ArrayList<>();
    json.beginObject();
    while (json.hasNext()) {
      if (json.nextName().equals("failed")) {
        json.beginArray();
        while (json.hasNext()) {
          failures.add(readFailure(json));
        }
        json.endArray();
      } else {
        json.skipValue();
      }
    }
    json.endObject();
    if (failures.isEmpty()) {
      throw new IllegalStateException("no failed condition");
    }
    return failures;
  }

  private static BatchResult.Failure readFailure(JsonReader json) throws IOException {
    int index = 0;
    Optional<Entry> current = Optional.empty();
    json.beginObject();
    while (json.hasNext()) {
      switch (json.nextName()) {
        case "index" -> index = json.nextInt();
        case "current" -> current = Optional.ofNullable(Json.entryOrNull(json));
        default -> json.skipValue();
      }
    }
    json.endObject();
    return new BatchResult.Failure(index, current);
  }
}
