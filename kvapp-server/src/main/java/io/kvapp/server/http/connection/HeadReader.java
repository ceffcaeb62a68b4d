package io.kvapp.server.http.connection;

import io.kvapp.server.http.connection.Deadline.Wait;
import io.kvapp.server.http.message.HttpException;
import io.kvapp.server.http.message.Octets;
import io.kvapp.server.settings.HttpSetting;
import io.kvapp.server.settings.HttpSettings;
import java.io.IOException;

/**
 * Reads heads of requests, strictly as RFC 9112 says: whatever two readers could understand
 * differently is refused.
 *
 * <p>Not thread-safe.
 */
final class HeadReader {
  private final long idleNanos;
  private final long headNanos;
  private final int maxBytes;
  private final int maxHeaders;
  private final ConnectionInput input;
  private final RequestHead head;
  private final LineReader lines;
  private final RequestLineReader requestLine;
  private final FramingHeaders framing;

  HeadReader(HttpSettings settings, ConnectionInput input, RequestHead head) {
    this.idleNanos = settings.get(HttpSetting.IDLE_TIMEOUT);
    this.headNanos = settings.get(HttpSetting.HEAD_TIMEOUT);
    this.maxBytes = settings.getInt(HttpSetting.MAX_HEAD_BYTES);
    this.maxHeaders = settings.getInt(HttpSetting.MAX_HEADERS);
    this.input = input;
    this.head = head;
    lines = new LineReader(input);
    int maxLineBytes = settings.getInt(HttpSetting.MAX_REQUEST_LINE_BYTES);
    requestLine = new RequestLineReader(maxLineBytes, input, lines, head);
    framing = new FramingHeaders(input, head);
  }

  /**
   * Waits for the next request to begin, behind an empty line that may be left of the one before.
   *
   * @return false if the connection ended, or was idle for too long
   */
  boolean awaitRequest() throws IOException {
    head.clear();
    requestLine.clear();
    framing.clear();
    input.await(Wait.REQUEST, idleNanos);
    return awaitOctet() && (!skipEmptyLine() || awaitOctet());
  }

  /**
   * Reads the head of the request that has begun; afterwards the input is at the body.
   *
   * @throws HttpException if the head is malformed, too large or too slow
   */
  void read() throws IOException {
    input.await(Wait.HEAD, headNanos);
    lines.begin();
    requestLine.read();
    readHeaders();
    framing.check(requestLine);
  }

  /** Reads and drops the trailers behind a chunked body. */
  void readTrailers() throws IOException {
    lines.begin();
    int count = 0;
    while (true) {
      int from = input.position();
      int to = lines.read(maxBytes, 431);
      if (from == to) {
        return;
      }
      requireColon(from, to);
      if (++count > maxHeaders) {
        throw new HttpException(431, "the request has too many trailers");
      }
    }
  }

  private boolean awaitOctet() throws IOException {
    return input.available() > 0 || input.fill();
  }

  /** Skips an empty line if there is one; what only begins like one is refused later. */
  private boolean skipEmptyLine() throws IOException {
    if (input.bytes()[input.position()] != '\r' || input.available() == 1 && !input.fill()) {
      return false;
    }
    if (input.bytes()[input.position() + 1] != '\n') {
      return false;
    }
    input.position(input.position() + 2);
    return true;
  }

  private void readHeaders() throws IOException {
    while (true) {
      int from = input.position();
      int to = lines.read(maxBytes, 431);
      if (from == to) {
        return;
      }
      int colon = requireColon(from, to);
      byte[] bytes = input.bytes();
      int valueFrom = colon + 1;
      int valueTo = to;
      while (valueFrom < valueTo && Octets.isSpaceOrTab(bytes[valueFrom])) {
        valueFrom++;
      }
      while (valueTo > valueFrom && Octets.isSpaceOrTab(bytes[valueTo - 1])) {
        valueTo--;
      }
      if (head.headers() == maxHeaders) {
        throw HttpException.tooLarge(
            431, maxHeaders, "the request has more than " + maxHeaders + " headers");
      }
      head.addHeader(from, colon, valueFrom, valueTo);
      framing.take(from, colon, valueFrom, valueTo);
    }
  }

  private int requireColon(int from, int to) {
    byte[] bytes = input.bytes();
    int colon = from;
    while (colon < to && Octets.isToken(bytes[colon] & 0xff)) {
      colon++;
    }
    if (colon == from || colon == to || bytes[colon] != ':') {
      throw HttpException.badRequest("a header is malformed");
    }
    return colon;
  }
}
