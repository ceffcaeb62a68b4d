package io.kvapp.server.http.connection;

import io.kvapp.server.http.connection.Deadline.Wait;
import io.kvapp.server.http.message.HttpException;
import io.kvapp.server.http.message.Octets;
import io.kvapp.server.http.message.Request;
import io.kvapp.server.settings.HttpSetting;
import io.kvapp.server.settings.HttpSettings;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The body of the request at hand: reads exactly the bytes that belong to it, so that the next
 * request begins where this one ends. One object serves all requests of a connection.
 *
 * <p>Not thread-safe.
 */
final class RequestContent {
  private static final byte[] CONTINUE =
      "HTTP/1.1 100 Continue\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
  private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);
  private static final int FIRST_BYTES = 4 << 10;
  private static final int KEPT_BYTES = 64 << 10;

  /**
   * What a handler makes of each byte of a body besides a copy: at worst text in UTF-16 in an array
   * that is being doubled.
   */
  private static final long WORK_FACTOR = 6;

  /** A body may take the time-out for each piece of this size. */
  private static final int PIECE_BYTES = 64 << 10;

  private static final int FREE_BYTES = 4 << 10;
  private static final int MAX_SIZE_LINE_BYTES = 256;

  private enum State {
    UNREAD,
    COMPLETE,
    BROKEN
  }

  private final int maxBodyBytes;
  private final long bodyNanos;
  private final ConnectionInput input;
  private final ConnectionOutput output;
  private final RequestHead head;
  private final HeadReader headReader;
  private final ConnectionMemory memory;

  private State state = State.COMPLETE;
  private ByteBuffer content = NOTHING;
  private byte[] decoded = new byte[0];
  private int decodedSize;
  private int limit;

  RequestContent(
      HttpSettings settings,
      ConnectionInput input,
      ConnectionOutput output,
      RequestHead head,
      HeadReader headReader,
      ConnectionMemory memory) {
    this.maxBodyBytes = settings.getInt(HttpSetting.MAX_BODY_BYTES);
    this.bodyNanos = settings.get(HttpSetting.BODY_TIMEOUT);
    this.input = input;
    this.output = output;
    this.head = head;
    this.headReader = headReader;
    this.memory = memory;
  }

  /**
   * Gives a large buffer up.
   *
   * @param scarce whether any buffer is to be given up
   */
  void trim(boolean scarce) {
    content = NOTHING;
    if (decoded.length > (scarce ? FREE_BYTES : KEPT_BYTES)) {
      decoded = new byte[0];
    }
  }

  /** How much larger the buffer is than one that every connection may have. */
  int extraBytes() {
    return Math.max(0, decoded.length - FREE_BYTES);
  }

  /** Begins the body of the head that was just read. */
  void begin() {
    content = NOTHING;
    decodedSize = 0;
    boolean empty = !head.chunked && head.contentLength <= 0;
    state = empty ? State.COMPLETE : State.UNREAD;
  }

  /** The whole body, as {@link Request#body(int)} says. */
  ByteBuffer read(int maxBytes) throws IOException {
    if (state == State.UNREAD) {
      // Whatever interrupts the reading leaves the connection somewhere inside the body.
      state = State.BROKEN;
      limit = Math.min(maxBytes, maxBodyBytes);
      if (head.contentLength > limit) {
        throw tooLarge();
      }
      memory.expect(head.chunked ? 2L * limit : 2 * head.contentLength);
      input.await(Wait.BODY, bodyNanos, PIECE_BYTES);
      invite();
      content = head.chunked ? readChunks() : readLength((int) head.contentLength);
      state = State.COMPLETE;
    }
    if (state == State.BROKEN) {
      throw HttpException.badRequest("the body of the request could not be read");
    }
    return content;
  }

  /**
   * Reads and drops what the handler has left, so that the next request can be read.
   *
   * @return whether it can; the connection has to be closed otherwise
   * @throws HttpException if the body is malformed or too slow
   */
  boolean finish() throws IOException {
    if (state == State.UNREAD) {
      boolean awaitsInvitation = head.expectsContinue && input.available() == 0;
      if (awaitsInvitation || head.contentLength > maxBodyBytes) {
        return false;
      }
      state = State.BROKEN;
      limit = maxBodyBytes;
      input.await(Wait.BODY, bodyNanos, PIECE_BYTES);
      input.keepHead();
      if (head.chunked) {
        dropChunks();
      } else {
        drop(head.contentLength);
      }
      state = State.COMPLETE;
    }
    return state == State.COMPLETE;
  }

  private void invite() throws IOException {
    if (head.expectsContinue && head.minorVersion > 0 && input.available() == 0) {
      output.add(CONTINUE);
    }
  }

  private HttpException tooLarge() {
    HttpException refusal =
        HttpException.tooLarge(413, limit, "the body is larger than " + limit + " bytes");
    return head.contentLength > limit ? refusal.with("size", head.contentLength) : refusal;
  }

  private ByteBuffer readLength(int length) throws IOException {
    while (input.available() < length) {
      input.makeRoom(length);
      input.fillOrFail();
    }
    memory.reserveWork(WORK_FACTOR * (length - FREE_BYTES));
    int from = input.position();
    input.position(from + length);
    return ByteBuffer.wrap(input.bytes(), from, length);
  }

  private ByteBuffer readChunks() throws IOException {
    input.keepHead();
    for (int size = nextChunk(decodedSize); size > 0; size = nextChunk(decodedSize)) {
      readChunkData(size);
      requireLineEnd();
    }
    memory.reserveWork(WORK_FACTOR * (decodedSize - FREE_BYTES));
    return ByteBuffer.wrap(decoded, 0, decodedSize);
  }

  private void dropChunks() throws IOException {
    long dropped = 0;
    for (int size = nextChunk(dropped); size > 0; size = nextChunk(dropped)) {
      drop(size);
      dropped += size;
      requireLineEnd();
    }
  }

  /** Reads the size of the next chunk; where it is 0, the trailers as well. */
  private int nextChunk(long sizeBefore) throws IOException {
    int size = readChunkSize();
    if (size > limit - sizeBefore) {
      throw tooLarge();
    }
    if (size == 0) {
      headReader.readTrailers();
    }
    return size;
  }

  private void drop(long length) throws IOException {
    long left = length;
    while (left > 0) {
      requireOctet();
      int part = (int) Math.min(left, input.available());
      input.position(input.position() + part);
      left -= part;
    }
  }

  /** Reads a line of a size in hexadecimal digits and extensions, which mean nothing here. */
  private int readChunkSize() throws IOException {
    long size = 0;
    int digits = 0;
    int octet = nextOctet();
    for (; Octets.hex(octet) >= 0; octet = nextOctet()) {
      if (++digits > MAX_SIZE_LINE_BYTES) {
        throw malformed();
      }
      size = Math.min(size << 4 | Octets.hex(octet), Integer.MAX_VALUE);
    }
    if (digits == 0) {
      throw malformed();
    }
    boolean space = false;
    while (Octets.isSpaceOrTab(octet)) {
      space = true;
      octet = nextOctet();
    }
    if (octet == ';') {
      int length = 0;
      while (Octets.isFieldValue(octet)) {
        if (++length > MAX_SIZE_LINE_BYTES) {
          throw malformed();
        }
        octet = nextOctet();
      }
    } else if (space) {
      throw malformed();
    }
    if (octet != '\r' || nextOctet() != '\n') {
      throw malformed();
    }
    return (int) size;
  }

  private void readChunkData(int size) throws IOException {
    int left = size;
    while (left > 0) {
      requireOctet();
      int part = Math.min(left, input.available());
      makeRoom(part);
      System.arraycopy(input.bytes(), input.position(), decoded, decodedSize, part);
      decodedSize += part;
      input.position(input.position() + part);
      left -= part;
    }
  }

  private void makeRoom(int wanted) {
    if (wanted > decoded.length - decodedSize) {
      int larger = Math.max(FIRST_BYTES, Math.max(2 * decoded.length, decodedSize + wanted));
      larger = Math.min(larger, Math.max(FIRST_BYTES, limit));
      memory.reserve(2L * (larger - Math.max(FREE_BYTES, decoded.length)));
      decoded = Arrays.copyOf(decoded, larger);
    }
  }

  private void requireLineEnd() throws IOException {
    if (nextOctet() != '\r' || nextOctet() != '\n') {
      throw malformed();
    }
  }

  private int nextOctet() throws IOException {
    requireOctet();
    int octet = input.bytes()[input.position()] & 0xff;
    input.position(input.position() + 1);
    return octet;
  }

  private void requireOctet() throws IOException {
    if (input.available() == 0) {
      input.reuseRead();
      input.fillOrFail();
    }
  }

  private static HttpException malformed() {
    return HttpException.badRequest("the chunks of the body are malformed");
  }
}
