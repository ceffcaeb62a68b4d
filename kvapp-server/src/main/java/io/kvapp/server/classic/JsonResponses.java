package io.kvapp.server.classic;

import io.kvapp.server.http.message.Response;
import io.kvapp.server.http.message.ResponseBody;
import io.kvapp.server.http.message.ResponseHead;
import io.kvapp.server.json.JsonOutput;

/**
 * The responses that endpoints share: JSON that caches do not keep and browsers do not sniff.
 *
 * <p>All methods may be called from any thread.
 */
final class JsonResponses {
  /** The head of a JSON response with status 200. */
  static final ResponseHead OK = json(200);

  static final ResponseHead CREATED = json(201);
  static final Response NO_CONTENT = Response.empty(ResponseHead.secured(204));

  private static final byte[] MESSAGE = JsonOutput.ascii("{\"msg\":");
  private static final byte[] END_OBJECT = JsonOutput.ascii("}");

  private JsonResponses() {}

  /** A head for a JSON body. */
  static ResponseHead json(int status) {
    return ResponseHead.secured(status).with("Content-Type", "application/json");
  }

  /** A response whose body is {@code {"msg":message}}. */
  static Response message(ResponseHead head, String message) {
    ResponseBody body =
        output -> new JsonOutput(output).raw(MESSAGE).string(message).raw(END_OBJECT);
    return Response.of(head, body);
  }
}
