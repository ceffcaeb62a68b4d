package io.kvapp.bench.http;

import java.io.IOException;
import java.util.Optional;

/**
 * A server under comparison, started.
 *
 * <p>Used by one thread.
 */
interface HttpTarget extends AutoCloseable {
  /** The name in tables. */
  String title();

  /** Its port on 127.0.0.1. */
  int port();

  /** The request that reads an entry. */
  String get(String key);

  /** The request that writes an entry. */
  String put(String key, String value);

  /** The request that reads the 100 entries of a prefix; empty where it cannot do that. */
  Optional<String> page(String prefix);

  /** Writes what the requests will ask for. */
  void load(Entries entries) throws IOException;

  /** Processor time that all of its processes have used so far, in seconds. */
  double processorSeconds();

  /** Bytes that all threads have allocated so far; empty where that cannot be told. */
  default Optional<Double> allocatedBytes() {
    return Optional.empty();
  }

  /** Ends what was started for it. */
  @Override
  void close();

  /** The text of a request with a body. */
  static String withBody(String method, String path, String headers, String body) {
    return method
        + " "
        + path
        + " HTTP/1.1\r\nHost: localhost\r\n"
        + headers
        + "Content-Type: application/json\r\nContent-Length: "
        + body.length()
        + "\r\n\r\n"
        + body;
  }
}
