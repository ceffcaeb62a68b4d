package io.kvapp.client.http.connection;

import java.io.Closeable;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * The body of a response as it comes: in memory, or in a file.
 *
 * <p>Not thread-safe.
 */
final class ReceivedBody implements Closeable {
  /** What is believed before it has come. */
  private static final int MAX_EXPECTED_BYTES = 1 << 20;

  private final OutputStream file;
  private byte[] bytes = {};
  private int length;

  private ReceivedBody(OutputStream file) {
    this.file = file;
  }

  static ReceivedBody inMemory() {
    return new ReceivedBody(null);
  }

  /** A body that replaces what a file holds. */
  static ReceivedBody into(Path file) throws IOException {
    return new ReceivedBody(new FileOutputStream(file.toFile()));
  }

  /** Says how many bytes will come. */
  void expect(long count) throws IOException {
    if (file == null) {
      requireRoom(count);
      bytes = new byte[(int) Math.min(count, MAX_EXPECTED_BYTES)];
    }
  }

  void write(byte[] source, int from, int count) throws IOException {
    if (file != null) {
      file.write(source, from, count);
      return;
    }
    long needed = (long) length + count;
    if (needed > bytes.length) {
      requireRoom(needed);
      long more = Math.min(2L * bytes.length, Integer.MAX_VALUE - 8);
      bytes = Arrays.copyOf(bytes, (int) Math.max(needed, more));
    }
    System.arraycopy(source, from, bytes, length, count);
    length += count;
  }

  private static void requireRoom(long count) throws IOException {
    if (count > Integer.MAX_VALUE - 8) {
      throw new IOException("a response of " + count + " bytes does not fit into memory");
    }
  }

  /** What has come, in memory. */
  byte[] bytes() {
    return length == bytes.length ? bytes : Arrays.copyOf(bytes, length);
  }

  @Override
  public void close() throws IOException {
    if (file != null) {
      file.close();
    }
  }
}
