package io.kvapp.server.classic;

import io.kvapp.server.http.message.Response;
import io.kvapp.server.http.routing.Call;
import io.kvapp.server.json.JsonMembers;
import io.kvapp.server.service.EntryService;

/**
 * {@code /api/insert}: writes an entry and echoes it.
 *
 * <p>Safe for any thread.
 */
final class InsertHandler {
  private final EntryService entries;

  InsertHandler(EntryService entries) {
    this.entries = entries;
  }

  Response handle(Call call) {
    JsonMembers members = JsonMembers.read(call.request());
    if (!members.areOnly("key", "value")) {
      throw ErrorResponses.undefinedParameters();
    }
    byte[] key = members.utf8("key");
    byte[] value = members.utf8("value");
    if (key.length == 0) {
      throw ErrorResponses.undefinedParameters();
    }
    entries.insert(call.caller(), key, value);
    return Response.of(JsonResponses.CREATED, new EntryBody(key, value));
  }
}
