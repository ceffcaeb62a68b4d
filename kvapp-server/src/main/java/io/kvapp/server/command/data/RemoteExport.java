package io.kvapp.server.command.data;

import io.kvapp.KVException;
import io.kvapp.server.command.remote.ServerConnection;
import io.kvapp.server.command.terminal.StandardOutput;
import io.kvapp.transfer.ExportFormat.End;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.function.LongConsumer;

/**
 * The export that a server writes, passed on as it comes: a snapshot of one moment, of any size.
 *
 * <p>Not thread-safe.
 */
final class RemoteExport {
  private static final int BUFFER_BYTES = 64 << 10;

  /** What the line at hand has so far, as far as an end may be long. */
  private final byte[] line = new byte[End.MAX_BYTES];

  private long column;
  private long lines;
  private boolean isWhole;

  /**
   * Copies the export of the keys that start with a prefix.
   *
   * @param progress is told how many lines have come
   * @throws KVException if it ends before its last line
   */
  static void copy(
      ServerConnection server, byte[] prefix, StandardOutput output, LongConsumer progress)
      throws IOException {
    try (InputStream input = server.get("/v1/export" + query(prefix))) {
      new RemoteExport().copy(input, output, progress);
    }
  }

  private static String query(byte[] prefix) {
    StringBuilder query = new StringBuilder(prefix.length == 0 ? "" : "?prefix=");
    for (byte octet : prefix) {
      query.append("%%%02X".formatted(octet));
    }
    return query.toString();
  }

  void copy(InputStream input, StandardOutput output, LongConsumer progress) {
    byte[] buffer = new byte[BUFFER_BYTES];
    int read = read(input, buffer);
    while (read >= 0) {
      output.write(buffer, 0, read);
      look(buffer, read);
      progress.accept(lines);
      read = read(input, buffer);
    }
    if (!isWhole || column > 0) {
      throw torn(null);
    }
  }

  private int read(InputStream input, byte[] buffer) {
    try {
      return input.read(buffer);
    } catch (IOException failure) {
      throw torn(failure);
    }
  }

  private void look(byte[] buffer, int length) {
    for (int at = 0; at < length; at++) {
      if (buffer[at] == '\n') {
        isWhole = column <= line.length && End.of(ascii((int) column)).isPresent();
        lines++;
        column = 0;
      } else {
        if (column < line.length) {
          line[(int) column] = buffer[at];
        }
        column++;
      }
    }
  }

  private String ascii(int length) {
    return new String(line, 0, length, StandardCharsets.ISO_8859_1);
  }

  private KVException torn(IOException cause) {
    String reason =
        cause == null || cause.getMessage() == null ? "" : " (" + cause.getMessage() + ")";
    return new KVException(
        "the export of the server ended after %d lines%s, so that it is not whole; repeat it"
            .formatted(lines, reason),
        cause);
  }
}
