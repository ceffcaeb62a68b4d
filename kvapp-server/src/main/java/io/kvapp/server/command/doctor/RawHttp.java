package io.kvapp.server.command.doctor;

import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;

/**
 * A connection that sends a path as it is, byte by byte, and shows what comes back.
 *
 * <p>Not thread-safe.
 */
final class RawHttp implements Closeable {
  private static final int MAX_LINE = 64 << 10;
  private static final int MAX_BODY = 1 << 20;
  private static final int HTTP_PORT = 80;
  private static final int HTTPS_PORT = 443;

  private final URI server;
  private final Socket socket;
  private final InputStream input;

  private RawHttp(URI server, Socket socket) throws IOException {
    this.server = server;
    this.socket = socket;
    this.input = new BufferedInputStream(socket.getInputStream());
  }

  /** What came back; the names of headers in lower case. */
  record Reply(int status, Map<String, String> headers, String body) {
    Optional<String> header(String name) {
      return Optional.ofNullable(headers.get(name));
    }

    /** The text of a member of a JSON object, as far as it has no escapes. */
    Optional<String> member(String name) {
      String begin = "\"" + name + "\":\"";
      int from = body.indexOf(begin);
      int to = from < 0 ? -1 : body.indexOf('"', from + begin.length());
      return to < 0 ? Optional.empty() : Optional.of(body.substring(from + begin.length(), to));
    }
  }

  /** Whether a URL is one of TLS. */
  static boolean isTls(URI server) {
    return "https".equalsIgnoreCase(server.getScheme());
  }

  static int port(URI server) {
    if (server.getPort() >= 0) {
      return server.getPort();
    }
    return isTls(server) ? HTTPS_PORT : HTTP_PORT;
  }

  /** The host of a URL, without the brackets of an IPv6 address. */
  static String host(URI server) {
    return server.getHost().replaceAll("[\\[\\]]", "");
  }

  /**
   * Connects, without TLS.
   *
   * @param patience how long to wait for the connection, and later for each piece of a reply
   */
  static Socket connect(URI server, Duration patience) throws IOException {
    Socket socket = new Socket();
    try {
      int millis = (int) patience.toMillis();
      socket.connect(new InetSocketAddress(host(server), port(server)), millis);
      socket.setSoTimeout(millis);
      socket.setTcpNoDelay(true);
      return socket;
    } catch (IOException failure) {
      socket.close();
      throw failure;
    }
  }

  /** Makes the handshake of TLS if the URL says so; closes the socket if that fails. */
  static RawHttp over(URI server, Socket connected, SSLContext trusted) throws IOException {
    try {
      if (!isTls(server)) {
        return new RawHttp(server, connected);
      }
      SSLSocket secured =
          (SSLSocket)
              trusted.getSocketFactory().createSocket(connected, host(server), port(server), true);
      SSLParameters parameters = secured.getSSLParameters();
      parameters.setEndpointIdentificationAlgorithm("HTTPS");
      secured.setSSLParameters(parameters);
      secured.startHandshake();
      return new RawHttp(server, secured);
    } catch (IOException failure) {
      connected.close();
      throw failure;
    }
  }

  /** The certificates of the server; none without TLS. */
  List<X509Certificate> certificates() throws IOException {
    List<X509Certificate> chain = new ArrayList<>();
    if (socket instanceof SSLSocket secured) {
      for (var certificate : secured.getSession().getPeerCertificates()) {
        chain.add((X509Certificate) certificate);
      }
    }
    return chain;
  }

  /** Sends a request without a body and reads the reply; the connection stays. */
  Reply ask(String method, String path, String authorization) throws IOException {
    send(method, path, authorization);
    int status = status(line());
    Map<String, String> headers = headers();
    return new Reply(status, headers, body(status, headers));
  }

  /** Asks for a stream, and returns the status once the first byte of its body has come. */
  int begin(String path, String authorization) throws IOException {
    send("GET", path, authorization);
    int status = status(line());
    headers();
    if (input.read() < 0) {
      throw new EOFException("the stream has ended before it began");
    }
    return status;
  }

  private void send(String method, String path, String authorization) throws IOException {
    String base = Optional.ofNullable(server.getRawPath()).orElse("").replaceFirst("/+$", "");
    String head =
        method
            + " "
            + base
            + path
            + " HTTP/1.1\r\nHost: "
            + server.getRawAuthority().replaceFirst("^.*@", "")
            + "\r\nUser-Agent: kvapp-doctor\r\n"
            + (authorization.isEmpty() ? "" : "Authorization: " + authorization + "\r\n")
            + (method.equals("POST") ? "Content-Length: 0\r\n" : "")
            + "\r\n";
    socket.getOutputStream().write(head.getBytes(StandardCharsets.ISO_8859_1));
    socket.getOutputStream().flush();
  }

  private static int status(String line) throws IOException {
    if (!line.matches("HTTP/1\\.[01] \\d{3}( .*)?")) {
      throw new IOException("it does not answer in HTTP/1.1");
    }
    return Integer.parseInt(line.substring(9, 12));
  }

  private Map<String, String> headers() throws IOException {
    Map<String, String> headers = new HashMap<>();
    for (String line = line(); !line.isEmpty(); line = line()) {
      int colon = line.indexOf(':');
      if (colon > 0) {
        String name = line.substring(0, colon).toLowerCase(Locale.ROOT);
        headers.put(name, line.substring(colon + 1).strip());
      }
    }
    return headers;
  }

  private String body(int status, Map<String, String> headers) throws IOException {
    if (status == 204 || status == 304) {
      return "";
    }
    StringBuilder body = new StringBuilder();
    if (headers.getOrDefault("transfer-encoding", "").equalsIgnoreCase("chunked")) {
      int length = chunkLength();
      while (length > 0) {
        append(body, length);
        line();
        length = chunkLength();
      }
      headers();
    } else {
      append(body, length(headers.getOrDefault("content-length", "" + MAX_BODY), 10));
    }
    return body.toString();
  }

  private int chunkLength() throws IOException {
    return length(line().replaceFirst(";.*", "").strip(), 16);
  }

  private static int length(String text, int radix) throws IOException {
    try {
      return Integer.parseInt(text, radix);
    } catch (NumberFormatException malformed) {
      throw new IOException("the length of its answer is no number", malformed);
    }
  }

  private void append(StringBuilder body, int length) throws IOException {
    if (length < 0 || body.length() + length > MAX_BODY) {
      throw new IOException("its answer is too long");
    }
    body.append(new String(input.readNBytes(length), StandardCharsets.UTF_8));
  }

  private String line() throws IOException {
    StringBuilder line = new StringBuilder();
    int octet = input.read();
    while (octet != '\n') {
      if (octet < 0 || line.length() > MAX_LINE) {
        throw new EOFException("it ends the connection within the head of an answer");
      }
      line.append((char) octet);
      octet = input.read();
    }
    return line.toString().stripTrailing();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
