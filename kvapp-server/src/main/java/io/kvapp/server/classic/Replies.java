package io.kvapp.server.classic;

import io.kvapp.server.http.message.Reply;
import io.kvapp.server.http.message.ReplyBody;
import io.kvapp.server.http.message.ReplyHead;
import io.kvapp.server.json.JsonOutput;

/** The replies that endpoints share: JSON that nobody in between keeps or takes for a page. */
final class Replies {
  /** What every JSON reply is sent with. */
  static final ReplyHead OK = json(200);

  static final ReplyHead CREATED = json(201);
  static final Reply NO_CONTENT = Reply.empty(secured(204));

  private static final byte[] MESSAGE = JsonOutput.ascii("{\"msg\":");
  private static final byte[] END_OBJECT = JsonOutput.ascii("}");

  private Replies() {}

  /** A head for a JSON body. */
  static ReplyHead json(int status) {
    return secured(status).with("Content-Type", "application/json");
  }

  /** A reply whose body is {@code {"msg":message}}. */
  static Reply message(ReplyHead head, String message) {
    ReplyBody body = output -> new JsonOutput(output).raw(MESSAGE).string(message).raw(END_OBJECT);
    return Reply.of(head, body);
  }

  private static ReplyHead secured(int status) {
    return ReplyHead.of(status)
        .with("Cache-Control", "no-store")
        .with("X-Content-Type-Options", "nosniff");
  }
}
