package io.kvapp.server.http.connection;

import io.kvapp.server.http.connection.Deadline.Wait;
import io.kvapp.server.http.message.HttpException;
import io.kvapp.server.http.message.Request;
import io.kvapp.server.settings.HttpSetting;
import io.kvapp.server.settings.HttpSettings;
import java.io.IOException;
import java.io.InputStream;
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
  private static final int GROWTH = 4;

  /**
   * What a handler makes of each byte of a body besides a copy: at worst text in UTF-16 in an array
   * that is being doubled.
   */
  private static final long WORK_FACTOR = 6;

  /** A body may take the time-out for each piece of this size. */
  private static final int PIECE_BYTES = 64 << 10;

  private static final int FREE_BYTES = 4 << 10;

  /** No limit but that of the size of a chunk. */
  private static final int NO_LIMIT = ChunkReader.HUGE - 1;

  private enum State {
    UNREAD,
    STREAMED,
    COMPLETE,
    BROKEN
  }

  private final int maxBodyBytes;
  private final long bodyNanos;
  private final ConnectionInput input;
  private final ConnectionOutput output;
  private final RequestHead head;
  private final ChunkReader chunks;
  private final ConnectionMemory memory;

  private State state = State.COMPLETE;
  private ByteBuffer content = NOTHING;
  private byte[] decoded = new byte[0];
  private int decodedSize;
  private int limit;
  private boolean invited;
  private long left;
  private long received;

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
    this.chunks = new ChunkReader(input, headReader);
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

  /** The bytes of the body that were read, chunks decoded. */
  long receivedBytes() {
    return received;
  }

  /** Begins the body of the head that was just read. */
  void begin() {
    content = NOTHING;
    decodedSize = 0;
    invited = false;
    left = 0;
    received = 0;
    boolean empty = !head.chunked && head.contentLength <= 0;
    state = empty ? State.COMPLETE : State.UNREAD;
  }

  /** The whole body, as {@link Request#body(int)} says. */
  ByteBuffer read(int maxBytes) throws IOException {
    if (state == State.UNREAD) {
      beginReading(Math.min(maxBytes, maxBodyBytes));
      memory.expect(head.chunked ? 2L * limit : 2 * head.contentLength);
      invite();
      content = head.chunked ? readChunks() : readLength((int) head.contentLength);
      state = State.COMPLETE;
    }
    requireComplete();
    return content;
  }

  /** The whole body as an array of its own, as {@link Request#bytes} says. */
  byte[] readBytes(int maxBytes) throws IOException {
    if (state == State.UNREAD) {
      beginReading(maxBytes);
      memory.expect(head.chunked ? limit : head.contentLength);
      invite();
      byte[] bytes = head.chunked ? chunkedBytes() : exactBytes((int) head.contentLength);
      state = State.COMPLETE;
      return bytes;
    }
    requireComplete();
    int from = content.arrayOffset() + content.position();
    return Arrays.copyOfRange(content.array(), from, from + content.remaining());
  }

  /** The body as it arrives, as {@link Request#bodyStream} says. */
  InputStream stream() {
    if (state == State.UNREAD) {
      beginReading(NO_LIMIT);
      state = State.STREAMED;
      left = head.chunked ? 0 : head.contentLength;
      input.pause();
    }
    return new RequestBodyStream(this);
  }

  /**
   * Reads a piece of a body that is streamed.
   *
   * @param length at least 1
   * @return how many bytes were read, or -1 at the end of the body
   */
  int readPiece(byte[] target, int from, int length) {
    if (state != State.STREAMED) {
      requireComplete();
      return -1;
    }
    // Whatever interrupts the reading leaves the connection somewhere inside the body.
    state = State.BROKEN;
    input.resume();
    try {
      int count = nextPiece(target, from, length);
      boolean isAtEnd = head.chunked ? count < 0 : left == 0;
      state = isAtEnd ? State.COMPLETE : State.STREAMED;
      return count;
    } catch (IOException gone) {
      throw ended();
    } finally {
      input.pause();
    }
  }

  private int nextPiece(byte[] target, int from, int length) throws IOException {
    if (!invited) {
      invite();
    }
    if (head.chunked && left == 0) {
      left = nextChunk(0);
      if (left == 0) {
        return -1;
      }
    }
    int count = input.read(target, from, (int) Math.min(length, left));
    received += count;
    left -= count;
    if (head.chunked && left == 0) {
      chunks.endChunk();
    }
    return count;
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
      beginReading(maxBodyBytes);
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

  /** The refusal of a request whose connection has ended. */
  static HttpException ended() {
    return HttpException.badRequest("the connection ended inside a request");
  }

  private void beginReading(int maxBytes) {
    // Whatever interrupts the reading leaves the connection somewhere inside the body.
    state = State.BROKEN;
    limit = maxBytes;
    if (head.contentLength > limit && limit < NO_LIMIT) {
      throw tooLarge();
    }
    input.await(Wait.BODY, bodyNanos, PIECE_BYTES);
    if (head.chunked) {
      input.keepHead();
    }
  }

  private void requireComplete() {
    if (state != State.COMPLETE) {
      throw HttpException.badRequest("the body of the request could not be read");
    }
  }

  private void invite() throws IOException {
    invited = true;
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
    received = length;
    memory.reserveWork(WORK_FACTOR * (length - FREE_BYTES));
    int from = input.position();
    input.position(from + length);
    return ByteBuffer.wrap(input.bytes(), from, length);
  }

  private ByteBuffer readChunks() throws IOException {
    for (int size = nextChunk(decodedSize); size > 0; size = nextChunk(decodedSize)) {
      for (int missing = size; missing > 0; ) {
        input.requireOctet();
        int part = Math.min(missing, input.available());
        makeRoom(part);
        decodedSize += input.read(decoded, decodedSize, part);
        missing -= part;
      }
      chunks.endChunk();
    }
    received = decodedSize;
    memory.reserveWork(WORK_FACTOR * (decodedSize - FREE_BYTES));
    return ByteBuffer.wrap(decoded, 0, decodedSize);
  }

  /**
   * Reads as many bytes into an array that grows to exactly this length as they arrive: a length
   * that is only announced takes no memory.
   */
  private byte[] exactBytes(int length) throws IOException {
    int first = Math.max(FIRST_BYTES, GROWTH * input.available());
    byte[] bytes = grown(new byte[0], Math.min(length, first));
    for (int size = 0; size < length; ) {
      if (size == bytes.length) {
        bytes = grown(bytes, (int) Math.min(length, (long) GROWTH * size));
      }
      size += input.read(bytes, size, bytes.length - size);
      received = size;
    }
    return bytes;
  }

  private byte[] chunkedBytes() throws IOException {
    byte[] bytes = new byte[0];
    int size = 0;
    for (int chunk = nextChunk(size); chunk > 0; chunk = nextChunk(size)) {
      for (int end = size + chunk; size < end; ) {
        if (size == bytes.length) {
          bytes = grown(bytes, (int) Math.min(limit, Math.max(FIRST_BYTES, 2L * size)));
        }
        size += input.read(bytes, size, Math.min(end, bytes.length) - size);
        received = size;
      }
      chunks.endChunk();
    }
    if (size < bytes.length) {
      memory.reserve(size - FREE_BYTES);
      bytes = Arrays.copyOf(bytes, size);
    }
    return bytes;
  }

  private byte[] grown(byte[] bytes, int length) {
    memory.reserve(length - Math.max(FREE_BYTES, bytes.length));
    return Arrays.copyOf(bytes, length);
  }

  private void dropChunks() throws IOException {
    for (int size = nextChunk(received); size > 0; size = nextChunk(received)) {
      drop(size);
      chunks.endChunk();
    }
  }

  /** Reads the size of the next chunk; where it is 0, the trailers as well. */
  private int nextChunk(long sizeBefore) throws IOException {
    int size = chunks.nextSize();
    if (size > limit - sizeBefore) {
      throw tooLarge();
    }
    return size;
  }

  private void drop(long length) throws IOException {
    long missing = length;
    while (missing > 0) {
      input.requireOctet();
      int part = (int) Math.min(missing, input.available());
      input.position(input.position() + part);
      received += part;
      missing -= part;
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
}
