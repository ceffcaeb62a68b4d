package io.kvapp.server.v1;

import io.kvapp.Batch;
import io.kvapp.Expiry;
import io.kvapp.StoreLimits;
import io.kvapp.server.http.message.HttpException;
import io.kvapp.server.json.JsonInput;
import io.kvapp.server.json.TimeText;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * Makes a batch of the JSON of a transaction: {@code {"if":[..],"then":[..]}}.
 *
 * <p>Not thread-safe.
 */
public final class TxnReader {
  private static final String KEY = "key";
  private static final String KEY_BASE64 = "key_base64";
  private static final String VALUE = "value";
  private static final String VALUE_BASE64 = "value_base64";

  private final JsonInput json;
  private final StoreLimits limits;
  private final TxnLimits txnLimits;
  private final Batch batch = new Batch();

  /** The members of one condition or operation; what is not there is null. */
  private static final class Members {
    private byte[] key;
    private byte[] value;
    private String op;
    private String ttl;
    private Instant expiresAt;
    private Long by;
    private Long revision;
    private Boolean exists;

    /** How many of the members that operations know are there, besides op and key. */
    private int count() {
      return (value == null ? 0 : 1)
          + (ttl == null ? 0 : 1)
          + (expiresAt == null ? 0 : 1)
          + (by == null ? 0 : 1);
    }
  }

  private TxnReader(JsonInput json, StoreLimits limits, TxnLimits txnLimits) {
    this.json = json;
    this.limits = limits;
    this.txnLimits = txnLimits;
  }

  /**
   * The batch that this text asks for.
   *
   * @param limits of each key and value
   * @param txnLimits how many operations and conditions there may be
   * @throws HttpException {@code bad-json} if it asks for none, {@code bad-key} or {@code
   *     too-large} if something in it is beyond the limits
   */
  public static Batch read(byte[] text, StoreLimits limits, TxnLimits txnLimits) {
    try {
      return new TxnReader(new JsonInput(text, 0, text.length), limits, txnLimits).read();
    } catch (JsonInput.MalformedException malformed) {
      throw new HttpException(400, "bad-json", "the transaction: " + malformed.getMessage());
    }
  }

  private Batch read() {
    json.beginObject();
    for (String name = json.nextName(); name != null; name = json.nextName()) {
      json.beginArray();
      switch (name) {
        case "if" -> readConditions();
        case "then" -> readOperations();
        default -> throw json.unknownMember(name);
      }
    }
    json.requireEnd();
    if (batch.operations().isEmpty()) {
      throw json.malformed("the member \"then\" needs at least one operation");
    }
    return batch;
  }

  private void readConditions() {
    while (json.nextElement()) {
      requireRoom(
          batch.conditions().size(),
          txnLimits.conditions(),
          limits.maxBatchConditions(),
          "conditions");
      Members condition = new Members();
      json.beginObject();
      for (String name = json.nextName(); name != null; name = json.nextName()) {
        switch (name) {
          case KEY, KEY_BASE64 -> readKey(condition, name);
          case VALUE, VALUE_BASE64 -> readValue(condition, name);
          case "revision" -> condition.revision = json.integer();
          case "exists" -> condition.exists = json.bool();
          default -> throw json.unknownMember(name);
        }
      }
      add(condition);
    }
  }

  private void add(Members condition) {
    byte[] key = requireKey(condition);
    int demands =
        (condition.revision == null ? 0 : 1)
            + (condition.exists == null ? 0 : 1)
            + (condition.value == null ? 0 : 1);
    if (demands != 1) {
      throw json.malformed(
          "a condition has exactly one of \"revision\", \"exists\", \"value\" and"
              + " \"value_base64\"");
    }
    if (condition.revision != null) {
      if (condition.revision < 0) {
        throw json.malformed("a revision is at least 0");
      }
      batch.ifRevision(key, condition.revision);
    } else if (condition.exists == null) {
      batch.ifValue(key, condition.value);
    } else if (condition.exists) {
      batch.ifPresent(key);
    } else {
      batch.ifAbsent(key);
    }
  }

  private void readOperations() {
    while (json.nextElement()) {
      requireRoom(
          batch.operations().size(),
          txnLimits.operations(),
          limits.maxBatchOperations(),
          "operations");
      Members operation = new Members();
      json.beginObject();
      for (String name = json.nextName(); name != null; name = json.nextName()) {
        switch (name) {
          case "op" -> operation.op = new String(json.string(), StandardCharsets.UTF_8);
          case KEY, KEY_BASE64 -> readKey(operation, name);
          case VALUE, VALUE_BASE64 -> readValue(operation, name);
          case "ttl" -> operation.ttl = text();
          case "expires_at" -> operation.expiresAt = moment();
          case "by" -> operation.by = number();
          default -> throw json.unknownMember(name);
        }
      }
      if (operation.op == null) {
        throw json.malformed("an operation needs \"op\": put, delete, add, touch or get");
      }
      apply(operation);
    }
  }

  private void apply(Members operation) {
    byte[] key = requireKey(operation);
    if (operation.ttl != null && operation.expiresAt != null) {
      throw json.malformed("\"ttl\" or \"expires_at\" is enough");
    }
    boolean hasExpiry = operation.ttl != null || operation.expiresAt != null;
    switch (operation.op) {
      case "put" -> {
        requireMembers(operation, operation.value != null, 1 + (hasExpiry ? 1 : 0));
        batch.put(key, operation.value, expiry(operation));
      }
      case "add" -> {
        requireMembers(operation, operation.value == null, operation.count());
        long by = operation.by == null ? 1 : operation.by;
        batch.add(key, by, expiry(operation));
      }
      case "touch" -> {
        requireMembers(operation, hasExpiry, 1);
        batch.touch(key, expiry(operation));
      }
      case "delete" -> {
        requireMembers(operation, true, 0);
        batch.delete(key);
      }
      case "get" -> {
        requireMembers(operation, true, 0);
        batch.get(key);
      }
      default -> throw json.malformed("\"op\" is put, delete, add, touch or get");
    }
  }

  private void requireMembers(Members operation, boolean hasNeeded, int count) {
    if (!hasNeeded || operation.count() != count) {
      throw json.malformed(
          "besides \"op\" and \"key\", "
              + switch (operation.op) {
                case "put" ->
                    "a put takes \"value\" or \"value_base64\", and \"ttl\" or \"expires_at\" if wanted";
                case "add" -> "an add takes \"by\", and \"ttl\" or \"expires_at\", each if wanted";
                case "touch" -> "a touch takes \"ttl\" or \"expires_at\"";
                default -> "a " + operation.op + " takes no member";
              });
    }
  }

  private Expiry expiry(Members operation) {
    if (operation.expiresAt != null) {
      return Expiry.at(operation.expiresAt);
    }
    String ttl = operation.ttl;
    if (ttl == null || ttl.equals("none")) {
      return Expiry.never();
    }
    if (ttl.equals("keep")) {
      return Expiry.keep();
    }
    Optional<Duration> duration = TimeText.duration(ttl);
    if (duration.isEmpty()) {
      throw json.malformed("a \"ttl\" is none, keep, or a duration above zero such as 30s or 15m");
    }
    return Expiry.in(duration.get());
  }

  private Instant moment() {
    return TimeText.moment(new String(json.string(), StandardCharsets.UTF_8))
        .orElseThrow(() -> json.malformed(TimeText.MOMENT));
  }

  /** A string, or the digits of a number. */
  private String text() {
    return json.isString()
        ? new String(json.string(), StandardCharsets.UTF_8)
        : Long.toString(json.integer());
  }

  /** A number, or a string of its digits, as large numbers are written. */
  private long number() {
    if (!json.isString()) {
      return json.integer();
    }
    return Parameters.integerOf(new String(json.string(), StandardCharsets.UTF_8))
        .orElseThrow(() -> json.malformed("an integer of 64 bits is expected here"));
  }

  private void readKey(Members members, String name) {
    if (members.key != null) {
      throw json.malformed("\"key\" or \"key_base64\" is enough");
    }
    byte[] key = name.equals(KEY) ? json.string() : json.base64();
    Keys.requireValid(key, limits);
    members.key = key;
  }

  private void readValue(Members members, String name) {
    if (members.value != null) {
      throw json.malformed("\"value\" or \"value_base64\" is enough");
    }
    members.value = name.equals(VALUE) ? json.string() : json.base64();
    if (members.value.length > limits.maxValueBytes()) {
      throw HttpException.tooLarge(
          413,
          limits.maxValueBytes(),
          "a value has "
              + members.value.length
              + " bytes, and the limit is "
              + limits.maxValueBytes()
              + limits.bytesRemedyClause());
    }
  }

  private byte[] requireKey(Members members) {
    if (members.key == null) {
      throw json.malformed("\"key\" or \"key_base64\" is missing");
    }
    return members.key;
  }

  private void requireRoom(int count, int max, int maxOfStore, String what) {
    if (count == max) {
      throw HttpException.tooLarge(
          413,
          max,
          "a transaction has at most "
              + max
              + " "
              + what
              + "; use several, or an import"
              + (max == maxOfStore ? limits.operationsRemedyClause() : ""));
    }
  }
}
