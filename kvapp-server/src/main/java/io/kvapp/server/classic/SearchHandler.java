package io.kvapp.server.classic;

import io.kvapp.Entry;
import io.kvapp.server.auth.users.Caller;
import io.kvapp.server.http.message.BodyOutput;
import io.kvapp.server.http.message.Memory;
import io.kvapp.server.http.message.Request;
import io.kvapp.server.http.message.Response;
import io.kvapp.server.http.routing.Call;
import io.kvapp.server.json.JsonMembers;
import io.kvapp.server.json.JsonOutput;
import io.kvapp.server.service.EntryService;
import java.io.IOException;
import java.util.Iterator;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * {@code /api/search}: finds the entry of a key, or all entries of a prefix.
 *
 * <p>Safe for any thread.
 */
final class SearchHandler {
  private static final byte[] PREFIX = JsonOutput.ascii("{\"prefix\":");
  private static final byte[] RESULT = JsonOutput.ascii(",\"result\":[");
  private static final byte[] COMMA = JsonOutput.ascii(",");
  private static final byte[] END = JsonOutput.ascii("]}");

  /** So many bytes of entries are written between two looks at the grant. */
  private static final int LOOK_BYTES = 64 << 10;

  private static final int ENTRY_BYTES = 64;

  private final EntryService entries;
  private final Consumer<Caller> requireGrant;

  /**
   * A handler of searches.
   *
   * @param requireGrant throws if the grant of a caller has ended
   */
  SearchHandler(EntryService entries, Consumer<Caller> requireGrant) {
    this.entries = entries;
    this.requireGrant = requireGrant;
  }

  Response handle(Call call) {
    Request request = call.request();
    Caller caller = call.caller();
    JsonMembers members = JsonMembers.read(request);
    if (members.isOnly("key")) {
      return findKey(caller, notEmpty(members.utf8("key")), request.memory());
    }
    if (members.isOnly("prefix")) {
      return searchPrefix(caller, notEmpty(members.utf8("prefix")), request);
    }
    throw ErrorResponses.undefinedParameters();
  }

  private Response findKey(Caller caller, byte[] key, Memory memory) {
    Optional<byte[]> value = entries.find(caller, key, memory);
    return value.isEmpty()
        ? JsonResponses.NO_CONTENT
        : Response.of(JsonResponses.OK, new EntryBody(key, value.get()));
  }

  private Response searchPrefix(Caller caller, byte[] prefix, Request request) {
    Runnable requireGrantStill = () -> requireGrant.accept(caller);
    Runnable stillNeeded =
        () -> {
          requireGrantStill.run();
          request.requireClient();
        };
    Iterator<Entry> found = entries.search(caller, prefix, request.memory(), stillNeeded);
    return found.hasNext()
        ? Response.of(
            JsonResponses.OK, output -> writeResult(output, prefix, found, requireGrantStill))
        : JsonResponses.NO_CONTENT;
  }

  private static void writeResult(
      BodyOutput output, byte[] prefix, Iterator<Entry> found, Runnable requireGrantStill)
      throws IOException {
    long bytes = 0;
    JsonOutput json = new JsonOutput(output);
    json.raw(PREFIX).string(prefix).raw(RESULT);
    while (found.hasNext()) {
      Entry entry = found.next();
      bytes += ENTRY_BYTES + entry.key().length + entry.value().length;
      if (bytes > LOOK_BYTES) {
        requireGrantStill.run();
        bytes = 0;
      }
      EntryBody.write(json, entry.key(), entry.value());
      if (found.hasNext()) {
        json.raw(COMMA);
      }
    }
    json.raw(END);
  }

  private static byte[] notEmpty(byte[] text) {
    if (text.length == 0) {
      throw ErrorResponses.undefinedParameters();
    }
    return text;
  }
}
