package io.kvapp.server.http.connection;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A client that sends bytes as they are given and reads responses strictly. */
public final class RawClient implements AutoCloseable {
  private static final int PATIENCE_MILLIS = 20_000;

  /** A response: its status, its header lines and its body. */
  public record Answer(int status, List<String> headers, byte[] body) {
    /** The value of a header that must not be repeated. */
    public Optional<String> header(String name) {
      List<String> values =
          headers.stream()
              .filter(line -> line.toLowerCase().startsWith(name.toLowerCase() + ":"))
              .map(line -> line.substring(name.length() + 1).trim())
              .toList();
      if (values.size() > 1) {
        throw new AssertionError(name + " is repeated: " + headers);
      }
      return values.stream().findFirst();
    }

    /** The body as UTF-8. */
    public String text() {
      return new String(body, StandardCharsets.UTF_8);
    }
  }

  private final Socket socket;
  private final InputStream input;

  /** Connects to a port of this machine. */
  public RawClient(int port) throws IOException {
    socket = new Socket(InetAddress.getByName("127.0.0.1"), port);
    socket.setSoTimeout(PATIENCE_MILLIS);
    socket.setTcpNoDelay(true);
    input = new BufferedInputStream(socket.getInputStream());
  }

  /** A reader of what a server has sent already. */
  RawClient(InputStream received) {
    socket = null;
    input = new BufferedInputStream(received);
  }

  /** Returns when nobody accepts connections at a port of this machine any more. */
  public static void awaitRefusal(int port) throws IOException {
    boolean accepted = true;
    while (accepted) {
      try (RawClient probe = new RawClient(port)) {
        accepted = probe.socket.isConnected();
      } catch (ConnectException refused) {
        accepted = false;
      } catch (SocketException cut) {
        // Taken in by the kernel just before the port was closed, and reset; the next is refused.
        accepted = true;
      }
    }
  }

  /** Sends text, each character one byte. */
  public RawClient send(String latin1) throws IOException {
    return send(latin1.getBytes(StandardCharsets.ISO_8859_1));
  }

  /** Sends bytes. */
  public RawClient send(byte[] bytes) throws IOException {
    socket.getOutputStream().write(bytes);
    socket.getOutputStream().flush();
    return this;
  }

  /** Sends no more. */
  public RawClient endOutput() throws IOException {
    socket.shutdownOutput();
    return this;
  }

  /** Reads the response to a request that was not a HEAD. */
  public Answer read() throws IOException {
    return read(false);
  }

  /** Reads a response, without a body if the request was a HEAD. */
  public Answer read(boolean head) throws IOException {
    String statusLine = line();
    if (!statusLine.matches("HTTP/1\\.1 \\d{3} [A-Za-z ]*")) {
      throw new AssertionError("not a status line: " + statusLine);
    }
    int status = Integer.parseInt(statusLine.substring(9, 12));
    List<String> headers = new ArrayList<>();
    for (String line = line(); !line.isEmpty(); line = line()) {
      headers.add(line);
    }
    Answer answer = new Answer(status, headers, new byte[0]);
    boolean none = head || status == 204 || status == 304 || status < 200;
    return none ? answer : new Answer(status, headers, body(answer));
  }

  /** Whether the server has closed the connection, with nothing sent before. */
  public boolean isClosed() throws IOException {
    try {
      return input.read() < 0;
    } catch (SocketException reset) {
      return true;
    }
  }

  /** What comes up to and with an end in ASCII. */
  public String until(String end) throws IOException {
    StringBuilder read = new StringBuilder();
    while (read.indexOf(end, Math.max(0, read.length() - end.length())) < 0) {
      read.append(new String(exactly(1), StandardCharsets.ISO_8859_1));
    }
    return read.toString();
  }

  /** Everything up to the end of the connection. */
  public String rest() throws IOException {
    return new String(input.readAllBytes(), StandardCharsets.UTF_8);
  }

  /** {@link #rest} as bytes. */
  byte[] restBytes() throws IOException {
    return input.readAllBytes();
  }

  /** Whether nothing is left to read. */
  boolean isAtEnd() throws IOException {
    input.mark(1);
    boolean end = input.read() < 0;
    if (!end) {
      input.reset();
    }
    return end;
  }

  /** The socket itself. */
  public Socket socket() {
    return socket;
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }

  private byte[] body(Answer head) throws IOException {
    Optional<String> length = head.header("Content-Length");
    if (length.isPresent()) {
      return exactly(Integer.parseInt(length.get()));
    }
    if (head.header("Transfer-Encoding").isEmpty()) {
      return input.readAllBytes();
    }
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    for (int size = chunkSize(); size > 0; size = chunkSize()) {
      body.writeBytes(exactly(size));
      requireEmptyLine();
    }
    requireEmptyLine();
    return body.toByteArray();
  }

  private int chunkSize() throws IOException {
    return Integer.parseInt(line(), 16);
  }

  private byte[] exactly(int length) throws IOException {
    byte[] bytes = input.readNBytes(length);
    if (bytes.length < length) {
      throw new EOFException("the body ends after " + bytes.length + " of " + length);
    }
    return bytes;
  }

  private void requireEmptyLine() throws IOException {
    String line = line();
    if (!line.isEmpty()) {
      throw new AssertionError("an empty line expected, not " + line);
    }
  }

  private String line() throws IOException {
    StringBuilder line = new StringBuilder();
    while (true) {
      int octet = input.read();
      if (octet < 0) {
        throw new EOFException("the connection ended after \"" + line + "\"");
      }
      if (octet == '\r') {
        if (input.read() != '\n') {
          throw new AssertionError("a bare CR in a response: " + line);
        }
        return line.toString();
      }
      line.append((char) octet);
    }
  }
}
