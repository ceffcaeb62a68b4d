package io.kvapp.server.http.connection;

import io.kvapp.server.http.connection.Deadline.Wait;
import io.kvapp.server.http.message.HttpException;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.util.Arrays;

/**
 * Bytes that a client has sent and that are not read yet, in the one buffer of a connection. The
 * bytes of the request at hand stay where they are until the next one begins, so that its parts can
 * be told by their offsets.
 *
 * <p>Not thread-safe.
 */
final class ConnectionInput {
  private static final int FIRST_BYTES = 4 << 10;
  private static final int KEPT_BYTES = 64 << 10;
  private static final int MIN_MILLIS = 1;
  private static final int GROWTH = 4;

  private final InputStream stream;
  private final ConnectionOutput output;
  private final Deadline deadline;
  private final ConnectionMemory memory;

  private byte[] bytes = new byte[FIRST_BYTES];
  private int position;
  private int end;
  private int kept;

  private Wait wait = Wait.NOTHING;
  private long timeoutNanos;
  private int pieceBytes;
  private int pieceLeft;
  private long moment;
  private boolean momentSet;
  private long pausedAt;

  /**
   * The input of one connection.
   *
   * @param output is flushed before a read that may block, so that no response waits for a request
   * @param memory where a larger buffer is reserved
   */
  ConnectionInput(
      InputStream stream, ConnectionOutput output, Deadline deadline, ConnectionMemory memory) {
    this.stream = stream;
    this.output = output;
    this.deadline = deadline;
    this.memory = memory;
  }

  /** The buffer; another one after a read that had to make room, with the same offsets. */
  byte[] bytes() {
    return bytes;
  }

  /** Where the next unread byte is. */
  int position() {
    return position;
  }

  /** Where the bytes that have arrived end. */
  int end() {
    return end;
  }

  int available() {
    return end - position;
  }

  /** Marks everything before {@code next} as read. */
  void position(int next) {
    position = next;
  }

  /**
   * Forgets the last request: its offsets are not valid any more.
   *
   * @param scarce whether a buffer that is larger than needed is to be given up
   */
  void beginRequest(boolean scarce) {
    int left = end - position;
    boolean shrinks = bytes.length > (scarce ? FIRST_BYTES : KEPT_BYTES) && left <= FIRST_BYTES;
    if (shrinks || left == 0 || position > bytes.length / 2) {
      byte[] target = shrinks ? new byte[FIRST_BYTES] : bytes;
      System.arraycopy(bytes, position, target, 0, left);
      bytes = target;
      position = 0;
      end = left;
    }
    kept = position;
  }

  /** How much larger the buffer is than it was at first. */
  int extraBytes() {
    return bytes.length - FIRST_BYTES;
  }

  /** Keeps everything before the position where it is, while what follows may be overwritten. */
  void keepHead() {
    kept = position;
  }

  /** Makes the room of what has been read behind the head free again. */
  private void reuseRead() {
    System.arraycopy(bytes, position, bytes, kept, end - position);
    end -= position - kept;
    position = kept;
  }

  /**
   * Makes more room where there is none left, as {@code length} unread bytes need it: in steps, so
   * that no more memory is taken for what is announced than a multiple of what has arrived. A copy
   * of them that a handler makes is reserved with it.
   */
  void makeRoom(int length) {
    if (end == bytes.length) {
      long needed = (long) position + length;
      int larger = (int) Math.min(needed, (long) GROWTH * bytes.length);
      memory.reserve(2L * (larger - bytes.length));
      bytes = Arrays.copyOf(bytes, larger);
    }
  }

  /** From now on reads wait for {@code reason}, together as long as this. */
  void await(Wait reason, long nanos) {
    await(reason, nanos, Integer.MAX_VALUE);
  }

  /** From now on reads wait for {@code reason}, as long as this for each {@code bytes} of input. */
  void await(Wait reason, long nanos, int bytes) {
    wait = reason;
    timeoutNanos = nanos;
    pieceBytes = bytes;
    pieceLeft = bytes;
    momentSet = false;
  }

  /**
   * Reads unread bytes, or else straight from the client, and waits for it where nothing has
   * arrived.
   *
   * @return how many bytes were read, at least one
   * @throws HttpException if there is no more, or not in time
   */
  int read(byte[] target, int from, int length) throws IOException {
    int count = Math.min(length, available());
    if (count > 0) {
      System.arraycopy(bytes, position, target, from, count);
      position += count;
      return count;
    }
    output.flush();
    count = receive(target, from, length);
    if (count <= 0) {
      throw incomplete();
    }
    return count;
  }

  /** The time from now until {@link #resume} does not count as waiting for the client. */
  void pause() {
    pausedAt = deadline.after(0);
  }

  /** Goes on waiting for the client. */
  void resume() {
    if (momentSet) {
      moment += deadline.after(0) - pausedAt;
    }
  }

  /**
   * Reads what has arrived, and waits for it where nothing has.
   *
   * @return false at the end of input, and when the wait took too long
   */
  boolean fill() throws IOException {
    output.flush();
    if (end == bytes.length) {
      memory.reserve(bytes.length);
      bytes = Arrays.copyOf(bytes, Math.multiplyExact(bytes.length, 2));
    }
    int count = receive(bytes, end, bytes.length - end);
    end += Math.max(0, count);
    return count > 0;
  }

  private int receive(byte[] target, int from, int length) throws IOException {
    if (!momentSet) {
      moment = deadline.after(timeoutNanos);
      momentSet = true;
    }
    deadline.begin(wait, moment);
    int count;
    try {
      count = stream.read(target, from, length);
    } finally {
      deadline.end();
    }
    pieceLeft -= count;
    if (pieceLeft <= 0) {
      pieceLeft = pieceBytes;
      momentSet = false;
    }
    return count;
  }

  /**
   * Whether the client sends no more, as far as can be told without waiting for it. What it has
   * sent for its next requests is kept.
   */
  boolean hasEnded(Socket socket) {
    if (end == bytes.length) {
      // Full of requests that wait; whether there is an end behind them, only they can tell.
      return socket.isClosed();
    }
    try {
      socket.setSoTimeout(MIN_MILLIS);
      int count = socket.getInputStream().read(bytes, end, bytes.length - end);
      end += Math.max(0, count);
      socket.setSoTimeout(0);
      return count < 0;
    } catch (SocketTimeoutException stillThere) {
      return resetTimeout(socket);
    } catch (IOException gone) {
      return true;
    }
  }

  private static boolean resetTimeout(Socket socket) {
    try {
      socket.setSoTimeout(0);
      return false;
    } catch (SocketException closed) {
      return true;
    }
  }

  /**
   * Reads more of a request that has begun.
   *
   * @throws HttpException if there is no more, or not in time
   */
  void fillOrFail() throws IOException {
    if (!fill()) {
      throw incomplete();
    }
  }

  /** Reads more where no byte is left to read, over what has been read behind the head. */
  void requireOctet() throws IOException {
    if (available() == 0) {
      reuseRead();
      fillOrFail();
    }
  }

  private HttpException incomplete() {
    if (deadline.passed()) {
      return new HttpException(408, "the request took too long to arrive");
    }
    return deadline.stopped()
        ? new HttpException(503, "stopping", "the server is closing")
        : HttpException.badRequest("the request ended before it was complete");
  }
}
