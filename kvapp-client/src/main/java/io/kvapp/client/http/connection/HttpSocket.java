package io.kvapp.client.http.connection;

import io.kvapp.client.http.message.Request;
import io.kvapp.client.http.message.Response;
import java.io.Closeable;
import java.io.EOFException;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.ProtocolException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * A connection that speaks HTTP/1.1: one request, then its response, and again.
 *
 * <p>Used by one thread at a time; {@link #close} may be called from any. Each wait has an end,
 * behind which the connection is closed.
 */
final class HttpSocket implements Closeable {
  private static final int BUFFER_BYTES = 16 << 10;
  private static final int STEP_BYTES = 64 << 10;

  /** What the buffers of the system take in any case, so that writing it does not wait. */
  private static final int MAX_UNWATCHED_BYTES = 4 << 10;

  /** The other side takes no more of a request. */
  private static final class BrokenException extends IOException {
    BrokenException(IOException cause) {
      super(cause.getMessage(), cause);
    }
  }

  private final Socket raw;
  private final Socket socket;
  private final InputStream input;
  private final OutputStream output;
  private final byte[] buffer = new byte[BUFFER_BYTES];
  private int from;
  private int to;
  private long lastUse;
  private Deadline deadline;
  private boolean hasAnswered;
  private boolean isReusable;

  /**
   * A connection that is established.
   *
   * @param raw what is below TLS, which closes at once
   * @param socket the same without TLS
   */
  HttpSocket(Socket raw, Socket socket) throws IOException {
    this.raw = raw;
    this.socket = socket;
    this.input = socket.getInputStream();
    this.output = socket.getOutputStream();
  }

  /**
   * Sends a request and waits for its response.
   *
   * @param head with the empty line at its end
   * @throws ProtocolException if what comes is not HTTP/1.1
   */
  Response exchange(String head, Request request, Delivery delivery, Deadline end)
      throws IOException {
    deadline = end;
    from = 0;
    to = 0;
    hasAnswered = false;
    isReusable = false;
    try {
      send(head.getBytes(StandardCharsets.ISO_8859_1), request);
    } catch (BrokenException broken) {
      return answerBefore(broken, delivery);
    }
    Response response = receive(delivery);
    isReusable = !response.header("Connection").orElse("").equalsIgnoreCase("close");
    return response;
  }

  /** The answer of a server that takes no more of a request, if it has come. */
  private Response answerBefore(BrokenException broken, Delivery delivery) throws IOException {
    try {
      return receive(delivery);
    } catch (IOException none) {
      throw broken;
    }
  }

  /** Whether anything has come in answer to the last request. */
  boolean hasAnswered() {
    return hasAnswered;
  }

  /** Whether another request may follow the last one. */
  boolean isReusable() {
    return isReusable && from == to;
  }

  long lastUse() {
    return lastUse;
  }

  void usedAt(long nanos) {
    lastUse = nanos;
  }

  /** Whether the server has not closed it, as far as that is known here; takes a millisecond. */
  boolean isOpen() {
    try {
      socket.setSoTimeout(1);
      input.read();
      return false;
    } catch (SocketTimeoutException silent) {
      return true;
    } catch (IOException closed) {
      return false;
    }
  }

  @Override
  public void close() {
    try {
      // TLS would wait for a write that is on its way.
      raw.close();
    } catch (IOException closed) {
      // It is of no use any more, either way.
    }
  }

  private void send(byte[] head, Request request) throws IOException {
    byte[] body = request.body();
    if (request.upload() != null) {
      write(head, head.length);
      upload(request);
    } else if (body == null) {
      write(head, head.length);
    } else {
      byte[] all = Arrays.copyOf(head, head.length + body.length);
      System.arraycopy(body, 0, all, head.length, body.length);
      write(all, all.length);
    }
  }

  private void upload(Request request) throws IOException {
    byte[] step = new byte[STEP_BYTES];
    long left = request.bodyBytes();
    try (InputStream file = new FileInputStream(request.upload().toFile())) {
      while (left > 0) {
        int read = file.read(step, 0, (int) Math.min(step.length, left));
        if (read < 0) {
          throw new EOFException(request.upload() + " has become shorter");
        }
        write(step, read);
        left -= read;
      }
    }
  }

  /** Writes bytes; where that may wait, the connection is closed at the end of the time. */
  private void write(byte[] bytes, int length) throws IOException {
    if (length <= MAX_UNWATCHED_BYTES || deadline.isNever()) {
      writeUnwatched(bytes, length);
      return;
    }
    CompletableFuture<Void> written = new CompletableFuture<>();
    written
        .orTimeout(deadline.nanosLeft(), TimeUnit.NANOSECONDS)
        .whenComplete(
            (done, late) -> {
              if (late != null) {
                close();
              }
            });
    try {
      writeUnwatched(bytes, length);
    } catch (BrokenException broken) {
      throw written.isCompletedExceptionally() ? late(broken) : broken;
    } finally {
      written.complete(null);
    }
  }

  private void writeUnwatched(byte[] bytes, int length) throws BrokenException {
    try {
      output.write(bytes, 0, length);
    } catch (IOException broken) {
      throw new BrokenException(broken);
    }
  }

  private static IOException late(IOException cause) {
    return new IOException("no response in time", cause);
  }

  private Response receive(Delivery delivery) throws IOException {
    String head = head();
    int status = status(head);
    while (status < 200) {
      head = head();
      status = status(head);
    }
    Response response = new Response(status, head, new byte[0]);
    if (status == 204 || status == 304) {
      return response;
    }
    if (delivery.file() != null && status == 200) {
      try (ReceivedBody body = ReceivedBody.into(delivery.file())) {
        receive(response, body);
      }
      return response;
    }
    ReceivedBody body = ReceivedBody.inMemory();
    receive(response, body);
    return new Response(status, head, body.bytes());
  }

  private void receive(Response response, ReceivedBody body) throws IOException {
    String length = response.header("Content-Length").orElse(null);
    if (response.header("Transfer-Encoding").orElse("").equalsIgnoreCase("chunked")) {
      for (long chunk = chunkLength(); chunk > 0; chunk = chunkLength()) {
        receive(chunk, body);
        line();
      }
      while (!line().isEmpty()) {
        // Nothing that is asked for comes behind a body.
      }
    } else if (length != null) {
      long bytes = number(length, 10);
      body.expect(bytes);
      receive(bytes, body);
    } else {
      throw new ProtocolException("a response without a length");
    }
  }

  private void receive(long bytes, ReceivedBody body) throws IOException {
    long left = bytes;
    while (left > 0) {
      if (from == to) {
        fill();
      }
      int part = (int) Math.min(left, to - from);
      body.write(buffer, from, part);
      from += part;
      left -= part;
    }
  }

  private long chunkLength() throws IOException {
    String line = line();
    int extension = line.indexOf(';');
    return number(extension < 0 ? line : line.substring(0, extension), 16);
  }

  private static long number(String text, int radix) throws ProtocolException {
    try {
      long number = Long.parseLong(text.strip(), radix);
      if (number >= 0) {
        return number;
      }
    } catch (NumberFormatException none) {
      // Told below.
    }
    throw new ProtocolException("a length that is no number");
  }

  private static int status(String head) throws ProtocolException {
    boolean isStatus = head.startsWith("HTTP/1.") && head.length() > 12 && head.charAt(8) == ' ';
    int status = isStatus ? (int) number(head.substring(9, 12), 10) : 0;
    if (status < 100) {
      throw new ProtocolException("no status line of HTTP/1.1");
    }
    return status;
  }

  /** A line without its end. */
  private String line() throws IOException {
    return upTo(0).stripTrailing();
  }

  /** All up to the next empty line; what speaks something else may never send one. */
  private String head() throws IOException {
    if (from == to) {
      fill();
    }
    if (buffer[from] != 'H') {
      throw new ProtocolException("no status line of HTTP/1.1");
    }
    return upTo(1);
  }

  /** What comes up to a line feed, behind so many others that only a carriage return separates. */
  private String upTo(int others) throws IOException {
    int at = from;
    int ends = 0;
    while (true) {
      while (at < to) {
        byte octet = buffer[at++];
        if (octet == '\n' && ends++ == others) {
          String text = new String(buffer, from, at - from, StandardCharsets.ISO_8859_1);
          from = at;
          return text;
        } else if (octet != '\n' && octet != '\r') {
          ends = 0;
        }
      }
      at -= from;
      makeRoom();
      fill();
    }
  }

  private void makeRoom() throws ProtocolException {
    if (to - from == buffer.length) {
      throw new ProtocolException("a head of more than " + buffer.length + " bytes");
    }
    System.arraycopy(buffer, from, buffer, 0, to - from);
    to -= from;
    from = 0;
  }

  /** Reads what is there, at least a byte, behind what is buffered. */
  private void fill() throws IOException {
    if (from == to) {
      from = 0;
      to = 0;
    }
    try {
      socket.setSoTimeout(deadline.millisLeft());
      int read = input.read(buffer, to, buffer.length - to);
      if (read < 0) {
        throw new EOFException(
            hasAnswered
                ? "the connection has ended within the response"
                : "the connection has ended before a response");
      }
      hasAnswered = true;
      to += read;
    } catch (SocketTimeoutException late) {
      throw late(late);
    }
  }
}
