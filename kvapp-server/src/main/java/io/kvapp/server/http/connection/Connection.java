package io.kvapp.server.http.connection;

import io.kvapp.server.http.connection.Deadline.Wait;
import io.kvapp.server.http.message.Handler;
import io.kvapp.server.http.message.HttpException;
import io.kvapp.server.http.message.LongLived;
import io.kvapp.server.http.message.Memory;
import io.kvapp.server.http.message.Request;
import io.kvapp.server.http.message.RequestObserver;
import io.kvapp.server.http.message.Response;
import io.kvapp.server.settings.HttpSetting;
import io.kvapp.server.settings.HttpSettings;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import javax.net.ssl.SSLSocket;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection: reads its requests one after the other and answers them in order.
 *
 * <p>Served by one thread.
 */
final class Connection {
  private static final Logger LOG = LoggerFactory.getLogger(Connection.class);
  private static final long LINGER_NANOS = TimeUnit.SECONDS.toNanos(2);
  private static final long MAX_DROPPED_BYTES = 16L << 20;

  private final Handler handler;
  private final Socket socket;
  private final Deadline deadline;
  private final BooleanSupplier stopping;
  private final InputStream stream;
  private final ConnectionInput input;
  private final ConnectionOutput output;
  private final RequestHead head;
  private final HeadReader headReader;
  private final RequestContent content;
  private final ResponseWriter responses;
  private final ConnectionMemory memory;
  private final RequestId id = new RequestId();
  private final Exchange exchange;
  private final Watchers watchers;
  private Watchers.Place place;
  private final Request request = new CurrentRequest();

  /**
   * A connection over an open socket.
   *
   * @param memory the share of this connection in the memory of all
   * @param watchers the places of long-lived responses
   * @param observers are told of each request that was answered
   * @param stopping whether no further request is to be read
   */
  Connection(
      HttpSettings settings,
      Handler handler,
      Socket socket,
      Deadline deadline,
      ConnectionMemory memory,
      Watchers watchers,
      List<RequestObserver> observers,
      BooleanSupplier stopping)
      throws IOException {
    this.handler = handler;
    this.socket = socket;
    this.deadline = deadline;
    this.stopping = stopping;
    this.memory = memory;
    this.watchers = watchers;
    output =
        new ConnectionOutput(
            socket.getOutputStream(), deadline, settings.get(HttpSetting.WRITE_TIMEOUT));
    stream =
        socket instanceof SSLSocket secured
            ? new TlsInput(secured, deadline)
            : socket.getInputStream();
    input = new ConnectionInput(stream, output, deadline, memory);
    head = new RequestHead(input);
    headReader = new HeadReader(settings, input, head);
    content = new RequestContent(settings, input, output, head, headReader, memory);
    exchange = new Exchange(observers, head, id);
    responses = new ResponseWriter(output, head, id, memory);
  }

  /** Serves requests until the connection ends. */
  void serve() throws IOException {
    boolean goesOn = true;
    while (goesOn) {
      goesOn = serveNext();
    }
  }

  private boolean serveNext() throws IOException {
    if (!awaitRequest()) {
      output.flush();
      return false;
    }
    if (answer()) {
      return true;
    }
    output.flush();
    linger();
    return false;
  }

  /** Answers the request at hand; returns whether the connection is kept for another. */
  private boolean answer() throws IOException {
    exchange.begin();
    try {
      return answerNow();
    } finally {
      if (place != null) {
        place.close();
        place = null;
      }
    }
  }

  private boolean answerNow() throws IOException {
    Response response;
    boolean framed = false;
    try {
      headReader.read();
      content.begin();
      head.name(id);
      response = handle();
      framed = content.finish();
    } catch (HttpException broken) {
      response = handler.error(broken, request);
    } finally {
      memory.endWork();
    }
    return write(response, framed && asksToKeepAlive() && !stopping.getAsBoolean());
  }

  /** Waits for the next request, holding no more memory than may be held meanwhile. */
  private boolean awaitRequest() throws IOException {
    boolean scarce = memory.isScarce();
    content.trim(scarce);
    responses.trim(scarce);
    input.beginRequest(scarce);
    memory.settle((long) input.extraBytes() + content.extraBytes() + responses.extraBytes());
    id.make();
    return headReader.awaitRequest();
  }

  private Response handle() {
    try {
      return handler.handle(request);
    } catch (RuntimeException failure) {
      return handler.error(failure, request);
    } catch (Error failure) {
      // What it has left behind in the connection is unknown.
      head.closes = true;
      return handler.error(failure, request);
    }
  }

  private boolean write(Response response, boolean mayKeepAlive) throws IOException {
    int status = response.head().status();
    try {
      return responses.write(response, mayKeepAlive);
    } catch (RuntimeException | Error failure) {
      Response instead = handler.error(failure, request);
      if (responses.begun()) {
        LOG.warn(
            "response {} was cut after {} bytes: {}",
            id,
            responses.bodyBytes(),
            failure.toString());
        throw new IOException("a response could not be completed", failure);
      }
      status = instead.head().status();
      return responses.write(instead, mayKeepAlive && failure instanceof RuntimeException);
    } finally {
      exchange.end(status, content.receivedBytes(), responses.bodyBytes());
    }
  }

  private boolean asksToKeepAlive() {
    return head.minorVersion == 0 ? head.keepsAlive && !head.closes : !head.closes;
  }

  /**
   * Lets the client read the last response: a socket that is closed with unread input resets the
   * connection, and the response may be lost with it.
   */
  private void linger() throws IOException {
    // Over TLS the end of output is a message, and waits for a client that does not read.
    deadline.begin(Wait.LINGER, deadline.after(LINGER_NANOS));
    socket.shutdownOutput();
    byte[] dropped = new byte[8 << 10];
    long total = 0;
    int count = 0;
    while (count >= 0 && total < MAX_DROPPED_BYTES) {
      total += count;
      count = stream.read(dropped, 0, dropped.length);
    }
    LOG.trace("dropped {} bytes behind the last response", total);
  }

  private final class CurrentRequest implements Request {
    @Override
    public String method() {
      return head.method;
    }

    @Override
    public String path() {
      return head.path;
    }

    @Override
    public String query() {
      return head.query;
    }

    @Override
    public String header(String name) {
      return head.header(name);
    }

    @Override
    public boolean hasHeaderBeginning(String prefix) {
      return head.hasHeaderBeginning(prefix);
    }

    @Override
    public ByteBuffer body() {
      return body(Integer.MAX_VALUE);
    }

    @Override
    public ByteBuffer body(int maxBytes) {
      requireIdentity();
      try {
        return content.read(maxBytes);
      } catch (IOException gone) {
        throw RequestContent.ended();
      }
    }

    @Override
    public byte[] bytes(int maxBytes) {
      requireIdentity();
      try {
        return content.readBytes(maxBytes);
      } catch (IOException gone) {
        throw RequestContent.ended();
      }
    }

    @Override
    public InputStream bodyStream() {
      requireIdentity();
      return content.stream();
    }

    private void requireIdentity() {
      String encoding = head.header("content-encoding");
      if (encoding != null && !encoding.equalsIgnoreCase("identity")) {
        throw new HttpException(415, "the body must be sent without Content-Encoding");
      }
    }

    @Override
    public InetAddress remote() {
      return socket.getInetAddress();
    }

    @Override
    public void route(String pattern) {
      exchange.route(pattern);
    }

    @Override
    public void user(String name) {
      exchange.user(name);
    }

    @Override
    public void requireClient() {
      if (input.hasEnded(socket)) {
        throw HttpException.badRequest("the client did not wait for the reply");
      }
    }

    @Override
    public LongLived longLived() {
      if (place == null) {
        place = watchers.take();
        exchange.lasts();
      }
      return place;
    }

    @Override
    public Memory memory() {
      return memory;
    }
  }
}
