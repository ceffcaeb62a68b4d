package io.kvapp.server.http.connection;

import io.kvapp.server.http.connection.Deadline.Wait;
import io.kvapp.server.http.message.HttpException;
import io.kvapp.server.http.message.Octets;
import io.kvapp.server.settings.HttpSettings;
import java.io.IOException;
import java.util.List;

/**
 * Reads heads of requests, strictly as RFC 9112 says: whatever two readers could understand
 * differently is a fault.
 *
 * <p>Not thread-safe.
 */
final class HeadReader {
  private static final List<String> METHODS =
      List.of("GET", "POST", "HEAD", "PUT", "DELETE", "OPTIONS", "PATCH");
  private static final int MAX_METHOD_BYTES = 32;
  private static final int MAX_LENGTH_DIGITS = 18;

  private final HttpSettings settings;
  private final ConnectionInput input;
  private final RequestHead head;
  private int headFrom;
  private boolean hostSeen;
  private int hostFrom;
  private int hostTo;
  private int authorityFrom;
  private int authorityTo;
  private boolean lengthSeen;

  HeadReader(HttpSettings settings, ConnectionInput input, RequestHead head) {
    this.settings = settings;
    this.input = input;
    this.head = head;
  }

  /**
   * Waits for the next request to begin, behind an empty line that may be left of the one before.
   *
   * @return false if the connection ended, or was idle for too long
   */
  boolean awaitRequest() throws IOException {
    head.clear();
    hostSeen = false;
    lengthSeen = false;
    authorityFrom = 0;
    authorityTo = 0;
    input.await(Wait.REQUEST, settings.idleTimeout().toNanos());
    return awaitOctet() && (!skipEmptyLine() || awaitOctet());
  }

  /**
   * Reads the head of the request that has begun; afterwards the input is at the body.
   *
   * @throws HttpException if the head is malformed, too large or too slow
   */
  void read() throws IOException {
    input.await(Wait.INPUT, settings.headTimeout().toNanos());
    headFrom = input.position();
    try {
      readRequestLine();
    } catch (HttpException broken) {
      noteHead();
      throw broken;
    }
    readHeaders();
    checkHead();
  }

  /** Reads and drops the trailers behind a chunked body. */
  void readTrailers() throws IOException {
    headFrom = input.position();
    int count = 0;
    while (true) {
      int from = input.position();
      int to = readLine(settings.maxHeadBytes(), 431);
      if (from == to) {
        return;
      }
      requireColon(from, to);
      if (++count > settings.maxHeaders()) {
        throw new HttpException(431, "the request has too many trailers");
      }
    }
  }

  private boolean awaitOctet() throws IOException {
    return input.available() > 0 || input.fill();
  }

  /** Skips an empty line if there is one; what only begins like it is left to be a fault. */
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

  /** Notes the method of a broken request if it is HEAD: no response to that has a body. */
  private void noteHead() {
    int to = headFrom + "HEAD ".length();
    if (to <= input.end() && matches("HEAD ", headFrom)) {
      head.method = "HEAD";
    }
  }

  private void readRequestLine() throws IOException {
    int from = input.position();
    int to = readLine(settings.maxRequestLineBytes(), 414);
    byte[] bytes = input.bytes();
    int methodTo = from;
    while (methodTo < to && Octets.isToken(bytes[methodTo] & 0xff)) {
      methodTo++;
    }
    int targetFrom = methodTo + 1;
    int targetTo = targetFrom;
    while (targetTo < to && Octets.isTarget(bytes[targetTo] & 0xff)) {
      targetTo++;
    }
    if (methodTo == from
        || methodTo - from > MAX_METHOD_BYTES
        || targetTo >= to
        || targetTo == targetFrom
        || bytes[methodTo] != ' '
        || bytes[targetTo] != ' ') {
      throw HttpException.badRequest("the request line is malformed");
    }
    readVersion(targetTo + 1, to);
    head.method = method(from, methodTo);
    readTarget(targetFrom, targetTo);
  }

  private void readVersion(int from, int to) {
    byte[] bytes = input.bytes();
    boolean wellFormed =
        to - from == 8
            && head.is(from, from + 5, "http/")
            && bytes[from] == 'H'
            && bytes[from + 1] == 'T'
            && bytes[from + 2] == 'T'
            && bytes[from + 3] == 'P'
            && Octets.isDigit(bytes[from + 5])
            && bytes[from + 6] == '.'
            && Octets.isDigit(bytes[from + 7]);
    if (!wellFormed) {
      throw HttpException.badRequest("the request line is malformed");
    }
    if (bytes[from + 5] != '1') {
      throw new HttpException(505, "only HTTP/1.0 and HTTP/1.1 are spoken here");
    }
    head.minorVersion = bytes[from + 7] - '0';
  }

  private String method(int from, int to) {
    for (String method : METHODS) {
      if (method.length() == to - from && matches(method, from)) {
        return method;
      }
    }
    return head.text(from, to);
  }

  private boolean matches(String text, int from) {
    byte[] bytes = input.bytes();
    for (int index = 0; index < text.length(); index++) {
      if (bytes[from + index] != text.charAt(index)) {
        return false;
      }
    }
    return true;
  }

  private void readTarget(int from, int to) {
    byte[] bytes = input.bytes();
    for (int at = from; at < to; at++) {
      if (bytes[at] == '#' || bytes[at] == '%' && !isPercentEncoding(at, to)) {
        throw HttpException.badRequest("the request target is malformed");
      }
    }
    if (bytes[from] == '/') {
      head.target(from, to, from);
    } else if (bytes[from] == '*' && to == from + 1 && head.method.equals("OPTIONS")) {
      head.target(from, to, from);
    } else {
      head.target(from, to, endOfAuthority(from, to));
    }
  }

  private boolean isPercentEncoding(int at, int to) {
    byte[] bytes = input.bytes();
    return at + 2 < to
        && Octets.hex(bytes[at + 1] & 0xff) >= 0
        && Octets.hex(bytes[at + 2] & 0xff) >= 0;
  }

  /** Where the path of a target in absolute form begins. */
  private int endOfAuthority(int from, int to) {
    authorityFrom = from;
    for (String scheme : List.of("http://", "https://")) {
      if (to - from > scheme.length() && head.is(from, from + scheme.length(), scheme)) {
        authorityFrom = from + scheme.length();
      }
    }
    int at = authorityFrom;
    while (at < to && input.bytes()[at] != '/' && input.bytes()[at] != '?') {
      at++;
    }
    if (authorityFrom == from || !isAuthority(authorityFrom, at) || authorityFrom == at) {
      throw HttpException.badRequest("the request target is malformed");
    }
    authorityTo = at;
    return at;
  }

  private void readHeaders() throws IOException {
    while (true) {
      int from = input.position();
      int to = readLine(settings.maxHeadBytes(), 431);
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
      if (head.headers() == settings.maxHeaders()) {
        throw new HttpException(
            431, "the request has more than " + settings.maxHeaders() + " headers");
      }
      head.addHeader(from, colon, valueFrom, valueTo);
      noteFraming(from, colon, valueFrom, valueTo);
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

  private void noteFraming(int nameFrom, int nameTo, int from, int to) {
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
        // Every other header is the handler's.
      }
    }
  }

  private void noteHost(int from, int to) {
    if (hostSeen || !isAuthority(from, to)) {
      throw HttpException.badRequest("the header Host is malformed or repeated");
    }
    hostSeen = true;
    hostFrom = from;
    hostTo = to;
  }

  private boolean isAuthority(int from, int to) {
    byte[] bytes = input.bytes();
    for (int at = from; at < to; at++) {
      int octet = bytes[at] & 0xff;
      if (!Octets.isTarget(octet) || "/\\@?#,\"<>^`{|}".indexOf(octet) >= 0) {
        return false;
      }
    }
    return true;
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
      length = at - from < MAX_LENGTH_DIGITS ? 10 * length + bytes[at] - '0' : Long.MAX_VALUE;
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

  private void checkHead() {
    if (head.chunked && lengthSeen) {
      throw HttpException.badRequest("Content-Length and Transfer-Encoding exclude each other");
    }
    if (head.chunked && head.minorVersion == 0) {
      throw HttpException.badRequest("HTTP/1.0 has no Transfer-Encoding");
    }
    if (!hostSeen && head.minorVersion > 0) {
      throw HttpException.badRequest("the header Host is missing");
    }
    if (hostSeen && authorityTo > authorityFrom && !isHostOfTarget()) {
      throw HttpException.badRequest("the header Host differs from the host of the request target");
    }
  }

  private boolean isHostOfTarget() {
    byte[] bytes = input.bytes();
    boolean same = hostTo - hostFrom == authorityTo - authorityFrom;
    for (int index = 0; same && index < hostTo - hostFrom; index++) {
      same = Octets.lower(bytes[hostFrom + index]) == Octets.lower(bytes[authorityFrom + index]);
    }
    return same;
  }

  /**
   * Reads to the end of a line.
   *
   * @return the offset of the line's end, its CR; the input is behind its LF
   */
  private int readLine(int limit, int statusBeyond) throws IOException {
    int at = input.position();
    while (true) {
      byte[] bytes = input.bytes();
      int end = input.end();
      while (at < end && (bytes[at] >= 0x20 && bytes[at] != 0x7f || bytes[at] < 0)) {
        at++;
      }
      if (at + 2 - headFrom > limit) {
        throw new HttpException(
            statusBeyond,
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
