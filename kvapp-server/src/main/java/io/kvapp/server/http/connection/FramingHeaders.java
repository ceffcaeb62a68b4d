package io.kvapp.server.http.connection;

import io.kvapp.server.http.message.Authority;
import io.kvapp.server.http.message.HttpException;
import io.kvapp.server.http.message.Octets;

/**
 * The headers that say where a request ends and what becomes of its connection, read as strictly as
 * RFC 9112 allows. Every other header is for handlers.
 *
 * <p>Not thread-safe.
 */
final class FramingHeaders {
  /** Stands for any length from it on, and leaves room for one digit more. */
  private static final long HUGE_LENGTH = Long.MAX_VALUE / 20;

  private final ConnectionInput input;
  private final RequestHead head;
  private boolean hostSeen;
  private int hostFrom;
  private int hostTo;
  private boolean lengthSeen;

  FramingHeaders(ConnectionInput input, RequestHead head) {
    this.input = input;
    this.head = head;
  }

  /** Forgets the last request. */
  void clear() {
    hostSeen = false;
    lengthSeen = false;
  }

  /**
   * Takes a header if it is one of these.
   *
   * @throws HttpException if it is malformed or repeated
   */
  void take(int nameFrom, int nameTo, int from, int to) {
    switch (nameTo - nameFrom) {
      case 4 -> {
        if (head.is(nameFrom, nameTo, "host")) {
          noteHost(from, to);
        }
      }
      case 6 -> {
        if (head.is(nameFrom, nameTo, "expect")) {
          noteExpectation(from, to);
        }
      }
      case 10 -> {
        if (head.is(nameFrom, nameTo, "connection")) {
          noteConnection(from, to);
        }
      }
      case 12 -> {
        if (head.is(nameFrom, nameTo, "x-request-id")) {
          head.noteRequestId(from, to);
        }
      }
      case 14 -> {
        if (head.is(nameFrom, nameTo, "content-length")) {
          noteLength(from, to);
        }
      }
      case 17 -> {
        if (head.is(nameFrom, nameTo, "transfer-encoding")) {
          noteTransferEncoding(from, to);
        }
      }
      default -> {
        // For handlers.
      }
    }
  }

  /**
   * Checks what the headers say together.
   *
   * @throws HttpException if they contradict each other, or the request line
   */
  void check(RequestLineReader requestLine) {
    if (head.chunked && lengthSeen) {
      throw HttpException.badRequest("Content-Length and Transfer-Encoding exclude each other");
    }
    if (head.chunked && head.minorVersion == 0) {
      throw HttpException.badRequest("HTTP/1.0 has no Transfer-Encoding");
    }
    if (!hostSeen && head.minorVersion > 0) {
      throw HttpException.badRequest("the header Host is missing");
    }
    if (hostSeen && requestLine.hasAuthority() && !requestLine.isAuthority(hostFrom, hostTo)) {
      throw HttpException.badRequest("the header Host differs from the host of the request target");
    }
  }

  private void noteHost(int from, int to) {
    if (hostSeen || !Authority.isValid(input.bytes(), from, to)) {
      throw HttpException.badRequest("the header Host is malformed or repeated");
    }
    hostSeen = true;
    hostFrom = from;
    hostTo = to;
  }

  private void noteExpectation(int from, int to) {
    if (!head.is(from, to, "100-continue")) {
      throw new HttpException(417, "the only expectation that can be met is 100-continue");
    }
    head.expectsContinue = true;
  }

  private void noteConnection(int from, int to) {
    byte[] bytes = input.bytes();
    int at = from;
    while (at < to) {
      int option = at;
      while (at < to && bytes[at] != ',') {
        at++;
      }
      int optionTo = at++;
      while (option < optionTo && Octets.isSpaceOrTab(bytes[option])) {
        option++;
      }
      while (optionTo > option && Octets.isSpaceOrTab(bytes[optionTo - 1])) {
        optionTo--;
      }
      head.closes |= head.is(option, optionTo, "close");
      head.keepsAlive |= head.is(option, optionTo, "keep-alive");
    }
  }

  private void noteLength(int from, int to) {
    byte[] bytes = input.bytes();
    long length = 0;
    for (int at = from; at < to; at++) {
      if (!Octets.isDigit(bytes[at])) {
        throw HttpException.badRequest("the header Content-Length is malformed");
      }
      length = Math.min(10 * length + bytes[at] - '0', HUGE_LENGTH);
    }
    if (from == to || lengthSeen) {
      throw HttpException.badRequest("the header Content-Length is malformed or repeated");
    }
    lengthSeen = true;
    head.contentLength = length;
  }

  private void noteTransferEncoding(int from, int to) {
    if (head.chunked || !head.is(from, to, "chunked")) {
      throw HttpException.badRequest("the only Transfer-Encoding understood is chunked, once");
    }
    head.chunked = true;
  }
}
