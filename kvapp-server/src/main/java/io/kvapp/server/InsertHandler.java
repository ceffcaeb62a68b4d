package io.kvapp.server;

import io.kvapp.server.auth.Principal;
import io.kvapp.server.http.Fault;
import io.kvapp.server.http.Reply;
import io.kvapp.server.http.Request;

/** {@code /api/insert}: writes an entry and says what was written. */
final class InsertHandler implements TokenHandler {
  private final EntryService entries;

  InsertHandler(EntryService entries) {
    this.entries = entries;
  }

  @Override
  public Reply handle(Request request, Principal caller) {
    JsonMembers members = JsonMembers.read(request.body());
    if (!members.areOnly("key", "value")) {
      throw Fault.badRequest(SearchHandler.UNDEFINED);
    }
    byte[] key = members.utf8("key");
    byte[] value = members.utf8("value");
    if (key.length == 0) {
      throw Fault.badRequest(SearchHandler.UNDEFINED);
    }
    entries.insert(caller, key, value);
    return Reply.of(Replies.CREATED, new EntryBody(key, value));
  }
}
