package io.kvapp.server.http.connection;

import io.kvapp.server.http.message.Response;
import io.kvapp.server.http.message.ResponseBody;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/**
 * Writes responses: one whose length is known, or that is small, with its length; a large one in
 * chunks as it is made, or up to the end of the connection where the client speaks HTTP/1.0.
 *
 * <p>Not thread-safe.
 */
final class ResponseWriter {
  private static final int PIECE_BYTES = 64 << 10;
  private static final byte[] LENGTH = ascii("Content-Length: ");
  private static final byte[] NO_LENGTH = ascii("Content-Length: 0\r\n\r\n");
  private static final byte[] CHUNKED = ascii("Transfer-Encoding: chunked\r\n\r\n");
  private static final byte[] CLOSE = ascii("Connection: close\r\n");
  private static final byte[] KEEP_ALIVE = ascii("Connection: keep-alive\r\n");
  private static final byte[] LINE_END = ascii("\r\n");
  private static final byte[] HEAD_END = ascii("\r\n\r\n");
  private static final byte[] LAST_CHUNK = ascii("0\r\n\r\n");
  private static final byte[] REQUEST_ID = ascii("X-Request-Id: ");
  private static final HttpDate DATE = new HttpDate();

  /** Ends the making of a body that is not sent. */
  private static final class Unwanted extends IOException {
    private static final long serialVersionUID = 1;

    @Override
    public synchronized Throwable fillInStackTrace() {
      return this;
    }
  }

  private final ConnectionOutput output;
  private final RequestHead request;
  private final RequestId id;
  private final BodyBuffer body;
  private Response response;
  private boolean keepAlive;
  private boolean begun;
  private long length;
  private long bodyBytes;

  ResponseWriter(
      ConnectionOutput output, RequestHead request, RequestId id, ConnectionMemory memory) {
    this.output = output;
    this.request = request;
    this.id = id;
    body = new BodyBuffer(PIECE_BYTES, this::spill, memory);
  }

  /**
   * Writes a response to the request at hand; it is sent no later than with the next flush.
   *
   * @param mayKeepAlive whether another request can be read after this one
   * @return whether the connection is kept for it
   * @throws RuntimeException whatever the body throws; {@link #begun} says whether the response was
   *     begun by then
   */
  boolean write(Response nextResponse, boolean mayKeepAlive) throws IOException {
    response = nextResponse;
    keepAlive = mayKeepAlive;
    begun = false;
    bodyBytes = 0;
    length = ResponseBody.UNKNOWN_LENGTH;
    body.clear();
    try {
      write();
    } catch (Unwanted headIsEnough) {
      // The head went out with the first piece.
    } finally {
      // What the response holds may be large, and the connection may stay idle for long.
      response = null;
    }
    return keepAlive;
  }

  private void write() throws IOException {
    if (response.body() == null) {
      addHead();
      output.add(response.head().forbidsBody() ? LINE_END : NO_LENGTH);
      return;
    }
    length = response.body().length();
    if (length >= 0 && isHeadOnly()) {
      addHeadWithLength(length);
      return;
    }
    response.body().writeTo(body);
    if (length >= 0 && bodyBytes + body.size() != length) {
      throw new IllegalStateException(
          "a body of " + length + " bytes has " + (bodyBytes + body.size()));
    }
    if (begun) {
      endPieces();
    } else {
      addHeadWithLength(body.size());
      if (!isHeadOnly()) {
        addPiece(0);
      }
    }
  }

  private void addHeadWithLength(long bytes) throws IOException {
    addHead();
    output.add(LENGTH);
    output.addDecimal(bytes);
    output.add(HEAD_END);
  }

  /** Whether a part of the last response may have been sent before it was complete. */
  boolean begun() {
    return begun;
  }

  /** The bytes of the last response's body that were written. */
  long bodyBytes() {
    return bodyBytes;
  }

  /** Gives a large buffer up, unless there is memory for it. */
  void trim(boolean scarce) {
    if (scarce) {
      body.trim();
    }
  }

  /** How much larger the buffer is than it was at first. */
  int extraBytes() {
    return body.extraBytes();
  }

  private void spill() throws IOException {
    if (!begun) {
      begin();
    }
    if (body.size() > 0) {
      addChunk();
    }
    output.flush();
  }

  private void begin() throws IOException {
    if (length >= 0) {
      addHeadWithLength(length);
    } else {
      keepAlive &= request.minorVersion > 0;
      addHead();
      output.add(isChunked() ? CHUNKED : LINE_END);
    }
    begun = true;
    if (isHeadOnly()) {
      throw new Unwanted();
    }
  }

  private void endPieces() throws IOException {
    if (body.size() > 0) {
      addChunk();
    }
    if (isChunked()) {
      output.add(LAST_CHUNK);
    }
  }

  private boolean isChunked() {
    return length < 0 && request.minorVersion > 0;
  }

  private void addChunk() throws IOException {
    if (!isChunked()) {
      addPiece(0);
      return;
    }
    output.addHex(body.size());
    output.add(LINE_END);
    System.arraycopy(
        LINE_END, 0, body.bytes(), BodyBuffer.ROOM_BEFORE + body.size(), LINE_END.length);
    addPiece(LINE_END.length);
  }

  private void addPiece(int behind) throws IOException {
    if (length >= 0 && bodyBytes + body.size() > length) {
      throw new IllegalStateException("a body has more than its " + length + " bytes");
    }
    bodyBytes += body.size();
    output.addBehind(body.bytes(), BodyBuffer.ROOM_BEFORE, body.size() + behind);
  }

  private void addHead() throws IOException {
    output.add(response.head().bytes());
    output.add(DATE.line(System.currentTimeMillis()));
    output.add(REQUEST_ID);
    id.addTo(output);
    output.add(LINE_END);
    if (!keepAlive) {
      output.add(CLOSE);
    } else if (request.minorVersion == 0) {
      output.add(KEEP_ALIVE);
    }
  }

  private boolean isHeadOnly() {
    return request.method.equals("HEAD");
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
