package io.kvapp.server.http.connection;

import io.kvapp.server.http.message.BodyOutput;
import java.io.IOException;
import java.util.Arrays;

/**
 * The body of a response on its way to the client. A small body is kept until it is complete, so
 * that its length is known; a large one is passed on piece by piece, so that it never fills the
 * memory. One object serves all responses of a connection.
 *
 * <p>Not thread-safe.
 */
final class BodyBuffer implements BodyOutput {
  /** Takes a piece of the body, which may be empty, and sends it; throws if the client is gone. */
  @FunctionalInterface
  interface Spill {
    void spill() throws IOException;
  }

  /** Room in the buffer in front of a piece, for the head of a response or the size of a chunk. */
  static final int ROOM_BEFORE = 512;

  /** Room in the buffer behind a piece, for the end of a chunk. */
  static final int ROOM_BEHIND = 16;

  private static final int FIRST_BYTES = 2 << 10;

  private final int maxBytes;
  private final Spill spill;
  private final ConnectionMemory memory;
  private byte[] bytes = new byte[FIRST_BYTES];
  private int end = ROOM_BEFORE;

  /**
   * An output that passes pieces on.
   *
   * @param pieceBytes the size of a piece
   * @param memory where a larger buffer is reserved
   */
  BodyBuffer(int pieceBytes, Spill spill, ConnectionMemory memory) {
    this.maxBytes = ROOM_BEFORE + pieceBytes + ROOM_BEHIND;
    this.spill = spill;
    this.memory = memory;
  }

  @Override
  public void write(int octet) throws IOException {
    if (end == bytes.length - ROOM_BEHIND) {
      makeRoom(1);
    }
    bytes[end++] = (byte) octet;
  }

  @Override
  public void write(byte[] source, int from, int length) throws IOException {
    if (length <= bytes.length - ROOM_BEHIND - end) {
      System.arraycopy(source, from, bytes, end, length);
      end += length;
    } else {
      writeInParts(source, from, length);
    }
  }

  private void writeInParts(byte[] source, int from, int length) throws IOException {
    int at = from;
    int left = length;
    while (left > 0) {
      makeRoom(left);
      int part = Math.min(left, bytes.length - ROOM_BEHIND - end);
      System.arraycopy(source, at, bytes, end, part);
      end += part;
      at += part;
      left -= part;
    }
  }

  @Override
  public void flush() throws IOException {
    spill.spill();
    clear();
  }

  /** The buffer, where the piece begins behind {@link #ROOM_BEFORE}. */
  byte[] bytes() {
    return bytes;
  }

  /** The bytes of the piece. */
  int size() {
    return end - ROOM_BEFORE;
  }

  void clear() {
    end = ROOM_BEFORE;
  }

  /** Clears it and gives a large buffer up. */
  void trim() {
    clear();
    if (bytes.length > FIRST_BYTES) {
      bytes = new byte[FIRST_BYTES];
    }
  }

  /** How much larger the buffer is than it was at first. */
  int extraBytes() {
    return bytes.length - FIRST_BYTES;
  }

  /** Makes room for at least one byte, and for {@code wanted} if that is not too much. */
  private void makeRoom(int wanted) throws IOException {
    if (wanted <= bytes.length - ROOM_BEHIND - end) {
      return;
    }
    if (bytes.length < maxBytes) {
      long needed = Math.max(2L * bytes.length, (long) end + wanted + ROOM_BEHIND);
      int larger = (int) Math.min(needed, maxBytes);
      memory.reserve(larger - bytes.length);
      bytes = Arrays.copyOf(bytes, larger);
    }
    if (end == bytes.length - ROOM_BEHIND) {
      spill.spill();
      clear();
    }
  }
}
