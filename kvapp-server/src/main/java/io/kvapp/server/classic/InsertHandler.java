package io.kvapp.server.classic;

import io.kvapp.server.auth.users.Caller;
import io.kvapp.server.http.message.HttpException;
import io.kvapp.server.http.message.Request;
import io.kvapp.server.http.message.Response;
import io.kvapp.server.json.JsonMembers;
import io.kvapp.server.service.EntryService;

/** {@code /api/insert}: writes an entry and says what was written. */
public final class InsertHandler implements TokenHandler {
  private final EntryService entries;

  public InsertHandler(EntryService entries) {
    this.entries = entries;
  }

  @Override
  public Response handle(Request request, Caller caller) {
    JsonMembers members = JsonMembers.read(request.body());
    if (!members.areOnly("key", "value")) {
      throw HttpException.badRequest(SearchHandler.UNDEFINED);
    }
    byte[] key = members.utf8("key");
    byte[] value = members.utf8("value");
    if (key.length == 0) {
      throw HttpException.badRequest(SearchHandler.UNDEFINED);
    }
    entries.insert(caller, key, value);
    return Response.of(JsonResponses.CREATED, new EntryBody(key, value));
  }
}
