package io.kvapp.server.http.connection;

import io.kvapp.server.http.connection.Deadline.Wait;
import java.io.IOException;
import java.io.OutputStream;

/**
 * Gathers the bytes for a client, so that they go out in one write.
 *
 * <p>Not thread-safe.
 */
final class ConnectionOutput {
  private static final int CAPACITY = 4 << 10;
  private static final int MAX_DIGITS = 20;

  private final OutputStream stream;
  private final Deadline deadline;
  private final long timeoutNanos;
  private final byte[] bytes = new byte[CAPACITY];
  private int size;

  ConnectionOutput(OutputStream stream, Deadline deadline, long timeoutNanos) {
    this.stream = stream;
    this.deadline = deadline;
    this.timeoutNanos = timeoutNanos;
  }

  void add(byte[] source) throws IOException {
    add(source, source.length);
  }

  void add(byte[] source, int length) throws IOException {
    if (makeRoom(length)) {
      System.arraycopy(source, 0, bytes, size, length);
      size += length;
    } else {
      send(source, 0, length);
    }
  }

  /** Adds a number that is not negative, in decimal digits. */
  void addDecimal(long number) throws IOException {
    addDigits(number, 10);
  }

  /** Adds a number that is not negative, in hexadecimal digits. */
  void addHex(long number) throws IOException {
    addDigits(number, 16);
  }

  /**
   * Adds the part of an array from {@code from} on; together with what was added before, it is sent
   * at once if it is large.
   *
   * @param source may be overwritten before {@code from}
   */
  void addBehind(byte[] source, int from, int length) throws IOException {
    if (length <= CAPACITY - size) {
      System.arraycopy(source, from, bytes, size, length);
      size += length;
    } else if (size <= from) {
      int together = from - size;
      System.arraycopy(bytes, 0, source, together, size);
      int total = size + length;
      size = 0;
      send(source, together, total);
    } else {
      flush();
      send(source, from, length);
    }
  }

  /** Sends what was added. */
  void flush() throws IOException {
    if (size > 0) {
      int length = size;
      size = 0;
      send(bytes, 0, length);
    }
  }

  private void send(byte[] source, int from, int length) throws IOException {
    deadline.begin(Wait.OUTPUT, deadline.after(timeoutNanos));
    try {
      stream.write(source, from, length);
      stream.flush();
    } finally {
      deadline.end();
    }
  }

  private void addDigits(long number, int radix) throws IOException {
    makeRoom(MAX_DIGITS);
    int digits = 1;
    for (long rest = number / radix; rest > 0; rest /= radix) {
      digits++;
    }
    size += digits;
    long rest = number;
    for (int at = size - 1; digits > 0; at--, digits--) {
      bytes[at] = (byte) Character.forDigit((int) (rest % radix), radix);
      rest /= radix;
    }
  }

  /** Makes room for this many bytes; returns whether there is as much at all. */
  private boolean makeRoom(int length) throws IOException {
    if (length > CAPACITY - size) {
      flush();
    }
    return length <= CAPACITY;
  }
}
