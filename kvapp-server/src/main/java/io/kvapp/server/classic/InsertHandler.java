package io.kvapp.server.classic;

import io.kvapp.server.auth.users.Caller;
import io.kvapp.server.http.message.Request;
import io.kvapp.server.http.message.Response;
import io.kvapp.server.json.JsonMembers;
import io.kvapp.server.service.EntryService;

/**
 * {@code /api/insert}: writes an entry and echoes it.
 *
 * <p>Safe for any thread.
 */
final class InsertHandler implements TokenHandler {
  private final EntryService entries;

  public InsertHandler(EntryService entries) {
    this.entries = entries;
  }

  @Override
  public Response handle(Request request, Caller caller) {
    caller.requireWriter();
    JsonMembers members = JsonMembers.read(request);
    if (!members.areOnly("key", "value")) {
      throw ErrorResponses.undefinedParameters();
    }
    byte[] key = members.utf8("key");
    byte[] value = members.utf8("value");
    if (key.length == 0) {
      throw ErrorResponses.undefinedParameters();
    }
    entries.insert(caller, key, value);
    return Response.of(JsonResponses.CREATED, new EntryBody(key, value));
  }
}
