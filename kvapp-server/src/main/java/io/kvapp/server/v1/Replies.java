package io.kvapp.server.v1;

import io.kvapp.Durability;
import io.kvapp.server.http.message.ResponseHead;
import io.kvapp.server.json.JsonOutput;
import java.io.IOException;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;

/**
 * What responses of the v1 face have in common: the headers that tell revision, expiry and
 * durability.
 *
 * <p>All methods may be called from any thread.
 */
final class Replies {
  static final String ETAG = "ETag";
  static final String REVISION = "KVApp-Revision";
  static final String EXPIRES_AT = "KVApp-Expires-At";

  private static final String DURABILITY = "KVApp-Durability";
  private static final ResponseHead JSON =
      ResponseHead.secured(200).with("Content-Type", "application/json");
  private static final byte[] FILTERED = JsonOutput.ascii(",\"filtered\":true");
  private static final byte[] END = JsonOutput.ascii("}");

  private Replies() {}

  /** The head of a JSON body that is true as of a revision of the store. */
  static ResponseHead json(long revision) {
    return JSON.with(REVISION, Long.toString(revision));
  }

  /** The head of a JSON body that is true of no revision. */
  static ResponseHead json() {
    return JSON;
  }

  /** Writes the end of an object: its revision, and whether something was filtered. */
  static void writeEnd(JsonOutput json, long revision, boolean filtered) throws IOException {
    EntryJson.writeRevision(json, revision);
    if (filtered) {
      json.raw(FILTERED);
    }
    json.raw(END);
  }

  /** A head with the revision of a write, and what the write has survived. */
  static ResponseHead written(ResponseHead head, long revision, boolean sync, Durability ofStore) {
    Durability durability = sync ? Durability.SYNC : ofStore;
    return durable(head, durability).with(REVISION, Long.toString(revision));
  }

  /** A head for each level of durability that a write can have survived. */
  static Map<Durability, ResponseHead> ofWrites(ResponseHead head) {
    Map<Durability, ResponseHead> heads = new EnumMap<>(Durability.class);
    for (Durability durability : Durability.values()) {
      heads.put(durability, durable(head, durability));
    }
    return heads;
  }

  private static ResponseHead durable(ResponseHead head, Durability durability) {
    return head.with(DURABILITY, durability.name().toLowerCase(Locale.ROOT));
  }

  /** A head with the moment at which an entry expires, if it does. */
  static ResponseHead expiring(ResponseHead head, long expiresAtMillis) {
    return expiresAtMillis == 0 ? head : head.with(EXPIRES_AT, EntryJson.time(expiresAtMillis));
  }
}
