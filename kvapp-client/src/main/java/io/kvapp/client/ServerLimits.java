package io.kvapp.client;

import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import io.kvapp.Batch;
import io.kvapp.BatchCondition;
import io.kvapp.BatchOperation;
import io.kvapp.Durability;
import io.kvapp.StoreLimits;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/**
 * What a server takes, and the checks of arguments against it before anything is sent.
 *
 * <p>Immutable, safe for any thread.
 *
 * @param store as the store tells it
 * @param txnBytes the largest body of a transaction
 * @param durability what a write has survived when the server answers it
 */
record ServerLimits(StoreLimits store, long txnBytes, Durability durability) {
  /** What {@code GET /v1} says. */
  static ServerLimits read(JsonReader json) throws IOException {
    Map<String, Long> limits = new HashMap<>();
    Durability durability = Durability.OS;
    json.beginObject();
    while (json.hasNext()) {
      switch (json.nextName()) {
        case "limits" -> {
          json.beginObject();
          while (json.hasNext()) {
            String name = json.nextName();
            if (json.peek() == JsonToken.NUMBER) {
              limits.put(name, json.nextLong());
            } else {
              json.skipValue();
            }
          }
          json.endObject();
        }
        case "durability" ->
            durability = Durability.valueOf(json.nextString().toUpperCase(Locale.ROOT));
        default -> json.skipValue();
      }
    }
    json.endObject();
    int operations = Math.toIntExact(limits.get("txn_operations"));
    StoreLimits store =
        new StoreLimits(
            Math.toIntExact(limits.get("key_bytes")),
            Math.toIntExact(limits.get("value_bytes")),
            operations,
            operations,
            limits.get("batch_bytes"));
    return new ServerLimits(store, limits.get("txn_bytes"), durability);
  }

  void key(byte[] key) {
    Objects.requireNonNull(key, "key");
    if (key.length < 1 || key.length > store.maxKeyBytes()) {
      throw new IllegalArgumentException(
          "key: 1 to " + store.maxKeyBytes() + " bytes, not " + key.length);
    }
  }

  void value(byte[] value) {
    Objects.requireNonNull(value, "value");
    if (value.length > store.maxValueBytes()) {
      throw new IllegalArgumentException(
          "value: at most "
              + store.maxValueBytes()
              + " bytes, not "
              + value.length
              + "; start the server with a larger --max-value to store larger ones");
    }
  }

  static void ttl(Duration ttl) {
    Objects.requireNonNull(ttl, "ttl");
    if (ttl.isZero() || ttl.isNegative()) {
      throw new IllegalArgumentException("ttl: above zero, not " + ttl);
    }
  }

  void batch(Batch batch) {
    atMost(store.maxBatchOperations(), "operations", batch.operations().size());
    atMost(store.maxBatchConditions(), "conditions", batch.conditions().size());
    for (BatchCondition condition : batch.conditions()) {
      key(condition.key());
      if (condition instanceof BatchCondition.Value expected) {
        value(expected.value());
      }
    }
    long bytes = 0;
    for (BatchOperation operation : batch.operations()) {
      key(operation.key());
      bytes += operation.key().length;
      if (operation instanceof BatchOperation.Put put) {
        value(put.value());
        bytes += put.value().length;
      }
    }
    atMost(store.maxBatchBytes(), "bytes of keys and values", bytes);
  }

  /** Checks the size of a batch as it is sent. */
  void body(byte[] body) {
    atMost(txnBytes, "bytes as they are sent", body.length);
  }

  private static void atMost(long limit, String unit, long found) {
    if (found > limit) {
      throw new IllegalArgumentException(
          "batch: at most " + limit + " " + unit + ", not " + found + "; commit it in parts");
    }
  }
}
