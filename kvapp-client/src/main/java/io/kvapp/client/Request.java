package io.kvapp.client;

import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.ArrayList;
import java.util.List;

/**
 * What is to be asked of the server.
 *
 * <p>Immutable, safe for any thread.
 *
 * @param method the HTTP method
 * @param target path and query, encoded
 * @param headers names and values in turn
 * @param body what is sent
 * @param isRepeatable whether it may be made twice without harm
 */
record Request(
    String method, String target, List<String> headers, BodyPublisher body, boolean isRepeatable) {

  /** A request that changes nothing. */
  static Request get(Target target) {
    return new Request("GET", target.toString(), List.of(), BodyPublishers.noBody(), true);
  }

  /** A request that changes something. */
  static Request write(String method, Target target) {
    return new Request(method, target.toString(), List.of(), BodyPublishers.noBody(), false);
  }

  Request with(String header, String value) {
    List<String> all = new ArrayList<>(headers);
    all.add(header);
    all.add(value);
    return new Request(method, target, all, body, isRepeatable);
  }

  Request withBody(byte[] bytes) {
    return withBody(BodyPublishers.ofByteArray(bytes));
  }

  Request withBody(BodyPublisher sent) {
    return new Request(method, target, headers, sent, isRepeatable);
  }

  /** The same, which may be made twice without harm. */
  Request repeatable() {
    return new Request(method, target, headers, body, true);
  }
}
