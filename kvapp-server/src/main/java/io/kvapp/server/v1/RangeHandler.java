package io.kvapp.server.v1;

import io.kvapp.KVException;
import io.kvapp.server.http.message.HttpException;
import io.kvapp.server.http.message.Response;
import io.kvapp.server.http.message.ResponseHead;
import io.kvapp.server.http.routing.Call;
import io.kvapp.server.json.JsonOutput;
import io.kvapp.server.service.EntryService;
import io.kvapp.server.service.KeyRange;
import io.kvapp.server.service.ListPage;
import io.kvapp.server.service.Listing;
import java.io.IOException;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/**
 * Many entries: lists, counts and deletes those of a prefix or range.
 *
 * <p>Safe for any thread.
 */
final class RangeHandler {
  static final String PREFIX = "prefix";
  static final String FROM = "from";
  static final String TO = "to";
  private static final String LIMIT = "limit";
  private static final String MAX_BYTES = "max_bytes";
  private static final String CURSOR = "cursor";
  private static final String REVERSE = "reverse";
  private static final String KEYS_ONLY = "keys_only";
  private static final String DELIMITER = "delimiter";
  private static final String ALL = "all";
  private static final String SYNC = "sync";

  private static final List<String> LIST_PARAMETERS =
      List.of(PREFIX, FROM, TO, LIMIT, MAX_BYTES, CURSOR, REVERSE, KEYS_ONLY, DELIMITER);

  private static final int LIST_LIMIT = 100;
  static final int MAX_LIST_LIMIT = 10_000;
  private static final long LIST_BYTES = 4 << 20;
  static final long MAX_LIST_BYTES = 64 << 20;
  private static final int MAX_DELIMITER_BYTES = 16;
  private static final byte[] NOTHING = {};

  private static final byte[] ENTRIES = JsonOutput.ascii("{\"entries\":[");
  private static final byte[] COMMA = JsonOutput.ascii(",");
  private static final byte[] END_ARRAY = JsonOutput.ascii("]");
  private static final byte[] END = JsonOutput.ascii("}");
  private static final byte[] FOLDERS = JsonOutput.ascii(",\"folders\":[");
  private static final byte[] FOLDER = JsonOutput.ascii("{\"prefix\":\"");
  private static final byte[] FOLDER_BASE64 = JsonOutput.ascii("{\"prefix_base64\":\"");
  private static final byte[] NEXT = JsonOutput.ascii(",\"next\":");
  private static final byte[] NULL = JsonOutput.ascii("null");
  private static final byte[] COUNT = JsonOutput.ascii("{\"count\":");
  private static final byte[] DELETED = JsonOutput.ascii("{\"deleted\":");

  private final EntryService entries;

  RangeHandler(EntryService entries) {
    this.entries = entries;
  }

  /** {@code GET /v1/kv}. */
  Response list(Call call) {
    Parameters parameters = Parameters.of(call.request().query(), LIST_PARAMETERS);
    Optional<byte[]> delimiter = parameters.bytes(DELIMITER);
    if (delimiter.isPresent()
        && (delimiter.get().length == 0 || delimiter.get().length > MAX_DELIMITER_BYTES)) {
      throw Parameters.bad(DELIMITER, "1 to " + MAX_DELIMITER_BYTES + " bytes");
    }
    boolean keysOnly = parameters.flag(KEYS_ONLY);
    Listing listing =
        new Listing(
            parameters.bytes(PREFIX).orElse(NOTHING),
            range(parameters),
            (int) parameters.integer(LIMIT, LIST_LIMIT, 1, MAX_LIST_LIMIT),
            parameters.integer(MAX_BYTES, LIST_BYTES, 1, MAX_LIST_BYTES),
            cursor(parameters),
            parameters.flag(REVERSE),
            keysOnly,
            delimiter.orElse(NOTHING));
    ListPage page = entries.list(call.caller(), listing, call.request().memory());
    return Response.of(
        Replies.json(page.revision()),
        output -> write(new JsonOutput(output), page, keysOnly, delimiter.isPresent()));
  }

  /** {@code GET /v1/count}. */
  Response count(Call call) {
    Parameters parameters = Parameters.of(call.request().query(), List.of(PREFIX, FROM, TO));
    byte[] prefix = parameters.bytes(PREFIX).orElse(NOTHING);
    EntryService.Count count = entries.count(call.caller(), prefix, range(parameters));
    return Response.of(
        Replies.json(count.revision()),
        output -> {
          JsonOutput json = new JsonOutput(output).raw(COUNT).number(count.count());
          Replies.writeEnd(json, count.revision(), count.filtered());
        });
  }

  /** {@code DELETE /v1/kv} without a key. */
  Response delete(Call call) {
    Parameters parameters = Parameters.of(call.request().query(), List.of(PREFIX, ALL, SYNC));
    Optional<byte[]> prefix = parameters.bytes(PREFIX);
    boolean all = parameters.flag(ALL);
    boolean sync = parameters.flag(SYNC);
    if (all ? prefix.isPresent() : prefix.isEmpty() || prefix.get().length == 0) {
      throw Parameters.bad(PREFIX, "at least one byte; all=true, alone, deletes everything");
    }
    Precondition.requireNone(call.request());
    long[] soFar = {0};
    long deleted;
    try {
      deleted =
          entries.deletePrefix(
              call.caller(), prefix.orElse(NOTHING), sync, count -> soFar[0] = count);
    } catch (KVException.NoSpace full) {
      throw new HttpException(
              507,
              "disk-full",
              "the server's disk is full; the entries counted in deleted are gone, repeat it"
                  + " for the others once there is space",
              full)
          .with("deleted", soFar[0]);
    }
    long revision = entries.revision();
    ResponseHead head = Replies.written(Replies.json(), revision, sync, entries.durability());
    return Response.of(
        head,
        output -> {
          JsonOutput json = new JsonOutput(output).raw(DELETED).number(deleted);
          Replies.writeEnd(json, revision, false);
        });
  }

  /** The keys from {@code from} to {@code to}. */
  static KeyRange range(Parameters parameters) {
    Optional<byte[]> to = parameters.bytes(TO);
    if (to.isPresent() && to.get().length == 0) {
      throw Parameters.bad(TO, "at least one byte; leave it out for no end");
    }
    return new KeyRange(parameters.bytes(FROM).orElse(NOTHING), to.orElse(null));
  }

  private static byte[] cursor(Parameters parameters) {
    Optional<String> text = parameters.text(CURSOR);
    if (text.isEmpty()) {
      return null;
    }
    try {
      byte[] cursor = Base64.getUrlDecoder().decode(text.get());
      if (cursor.length > 0) {
        return cursor;
      }
    } catch (IllegalArgumentException notBase64) {
      // Refused below, as an empty one.
    }
    throw Parameters.bad(CURSOR, "the next of a page, or the base64url of a key");
  }

  private static void write(JsonOutput json, ListPage page, boolean keysOnly, boolean withFolders)
      throws IOException {
    json.raw(ENTRIES);
    for (int index = 0; index < page.entries().size(); index++) {
      if (index > 0) {
        json.raw(COMMA);
      }
      EntryJson.write(json, page.entries().get(index), keysOnly ? -1 : Integer.MAX_VALUE);
    }
    json.raw(END_ARRAY);
    if (withFolders) {
      writeFolders(json, page.folders());
    }
    json.raw(NEXT);
    if (page.next() == null) {
      json.raw(NULL);
    } else {
      json.string(Base64.getUrlEncoder().withoutPadding().encode(page.next()));
    }
    Replies.writeEnd(json, page.revision(), page.filtered());
  }

  private static void writeFolders(JsonOutput json, List<byte[]> folders) throws IOException {
    json.raw(FOLDERS);
    for (int index = 0; index < folders.size(); index++) {
      if (index > 0) {
        json.raw(COMMA);
      }
      json.bytes(FOLDER, FOLDER_BASE64, folders.get(index)).raw(END);
    }
    json.raw(END_ARRAY);
  }
}
