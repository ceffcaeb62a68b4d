package io.kvapp.bench.http;

import io.kvapp.bench.process.Subprocess;
import java.util.List;

/**
 * A server under comparison, started.
 *
 * <p>Used by one thread.
 *
 * @param title its name in tables
 * @param port its port on 127.0.0.1
 * @param requests its requests
 * @param processes its processes, the last one to be closed first
 */
record HttpTarget(String title, int port, Requests requests, List<Subprocess> processes)
    implements AutoCloseable {

  /** The texts of requests. */
  interface Requests {
    /** Reads an entry. */
    String get(String key);

    /** Writes an entry. */
    String put(String key, String value);

    /** Reads the 100 entries of a prefix; null where the server cannot do that. */
    default String page(String prefix) {
      return null;
    }

    /** Asks for the changes of a prefix as they happen; null where the server cannot do that. */
    default String watch(String prefix) {
      return null;
    }

    /** What the first 16 characters of a value in an event stand for. */
    default byte[] decoded(byte[] beginOfValue) {
      return beginOfValue;
    }
  }

  /** The same server, asked in another way. */
  HttpTarget asked(String otherTitle, Requests otherRequests) {
    return new HttpTarget(otherTitle, port, otherRequests, processes);
  }

  /** A request with a JSON body; each of {@code headers} ends in CR and LF. */
  static String post(String path, String headers, String body) {
    return String.format(
        "POST %s HTTP/1.1\r\nHost: localhost\r\n%sContent-Type: application/json\r\n"
            + "Content-Length: %d\r\n\r\n%s",
        path, headers, body.length(), body);
  }

  /** Processor time that all of its processes have used so far, in seconds. */
  double processorSeconds() {
    return processes.stream().mapToDouble(Subprocess::processorSeconds).sum();
  }

  @Override
  public void close() {
    for (int i = processes.size() - 1; i >= 0; i--) {
      processes.get(i).close();
    }
  }
}
