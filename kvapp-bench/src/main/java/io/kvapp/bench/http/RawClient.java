package io.kvapp.bench.http;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** One connection that sends requests as they are. Not thread-safe. */
final class RawClient implements Closeable {
  private static final int MAX_ANSWER_BYTES = 64 << 10;
  private static final String LENGTH = "\r\ncontent-length: ";

  private final Socket socket;
  private final byte[] answer;
  private int size;

  RawClient(HttpTarget target) throws IOException {
    this(target, MAX_ANSWER_BYTES);
  }

  /** With room for an answer of so many bytes. */
  RawClient(HttpTarget target, int maxAnswerBytes) throws IOException {
    answer = new byte[maxAnswerBytes];
    socket = new Socket(InetAddress.getLoopbackAddress(), target.port());
    socket.setTcpNoDelay(true);
  }

  /** Sends bytes. */
  void send(byte[] bytes) throws IOException {
    socket.getOutputStream().write(bytes);
  }

  /** What the server sends. */
  InputStream input() throws IOException {
    return socket.getInputStream();
  }

  /**
   * Sends a request and reads its answer, which is short and says its length.
   *
   * @throws IOException if it is a fault
   */
  void exchange(String request) throws IOException {
    send(request.getBytes(StandardCharsets.US_ASCII));
    requireSuccess();
  }

  /** Reads an answer as {@link #exchange}. */
  void requireSuccess() throws IOException {
    size = 0;
    String text = "";
    int headEnd = -1;
    while (headEnd < 0) {
      text = more();
      headEnd = text.indexOf("\r\n\r\n");
    }
    String head = text.substring(0, headEnd + 2).toLowerCase(Locale.ROOT);
    int length = head.indexOf(LENGTH);
    int total = headEnd + 4;
    if (length >= 0) {
      int from = length + LENGTH.length();
      total += Integer.parseInt(head.substring(from, head.indexOf("\r\n", from)).strip());
    }
    while (size < total) {
      text = more();
    }
    if (!text.startsWith("HTTP/1.1 2")) {
      throw new IOException("the answer was \"" + text + "\"");
    }
  }

  private String more() throws IOException {
    int read = input().read(answer, size, answer.length - size);
    if (read <= 0) {
      throw new IOException("the connection ended early");
    }
    size += read;
    return new String(answer, 0, size, StandardCharsets.US_ASCII);
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
