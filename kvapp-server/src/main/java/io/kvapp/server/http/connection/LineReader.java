package io.kvapp.server.http.connection;

import io.kvapp.server.http.message.HttpException;
import java.io.IOException;

/**
 * Reads the lines of a head, or of the trailers behind a body. A line ends with CR and LF, and
 * holds no other control character than a tab.
 *
 * <p>Not thread-safe.
 */
final class LineReader {
  private final ConnectionInput input;
  private int from;

  LineReader(ConnectionInput input) {
    this.input = input;
  }

  /** Begins a head or trailers; limits of size count from here. */
  void begin() {
    from = input.position();
  }

  /** Where the head or the trailers begin. */
  int from() {
    return from;
  }

  /**
   * Reads to the end of a line.
   *
   * @param limit how many bytes there may be from the beginning of the head to the end of the line
   * @return the offset of the line's end, its CR; the input is behind its LF
   */
  int read(int limit, int statusBeyond) throws IOException {
    int at = input.position();
    while (true) {
      byte[] bytes = input.bytes();
      int end = input.end();
      while (at < end && (bytes[at] >= 0x20 && bytes[at] != 0x7f || bytes[at] < 0)) {
        at++;
      }
      if (at + 2 - from > limit) {
        throw HttpException.tooLarge(
            statusBeyond,
            limit,
            statusBeyond == 414
                ? "the request line is longer than " + limit + " bytes"
                : "the head of the request is larger than " + limit + " bytes");
      }
      if (at < end && bytes[at] == '\t') {
        at++;
      } else if (at < end && (bytes[at] != '\r' || at + 1 < end && bytes[at + 1] != '\n')) {
        throw HttpException.badRequest("the head holds a control character or a bare CR or LF");
      } else if (at + 1 < end) {
        input.position(at + 2);
        return at;
      } else {
        input.fillOrFail();
      }
    }
  }
}
