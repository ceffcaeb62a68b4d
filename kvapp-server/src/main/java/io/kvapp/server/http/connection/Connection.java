package io.kvapp.server.http.connection;

import io.kvapp.server.http.connection.Deadline.Wait;
import io.kvapp.server.http.message.Fault;
import io.kvapp.server.http.message.Handler;
import io.kvapp.server.http.message.Memory;
import io.kvapp.server.http.message.Reply;
import io.kvapp.server.http.message.Request;
import io.kvapp.server.settings.HttpSettings;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
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
  private static final long FAREWELL_NANOS = TimeUnit.SECONDS.toNanos(2);
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
  private final ReplyWriter replies;
  private final ConnectionMemory memory;
  private final RequestId id = new RequestId();
  private final AccessLog accessLog;
  private final Request request = new CurrentRequest();

  /**
   * A connection over an open socket.
   *
   * @param memory what this connection takes of the memory of all
   * @param stopping whether no further request is to be read
   */
  Connection(
      HttpSettings settings,
      Handler handler,
      Socket socket,
      Deadline deadline,
      ConnectionMemory memory,
      BooleanSupplier stopping)
      throws IOException {
    this.handler = handler;
    this.socket = socket;
    this.deadline = deadline;
    this.stopping = stopping;
    this.memory = memory;
    accessLog = new AccessLog(settings.accessLog());
    output =
        new ConnectionOutput(socket.getOutputStream(), deadline, settings.writeTimeout().toNanos());
    stream =
        socket instanceof SSLSocket secured
            ? new TlsInput(secured, deadline)
            : socket.getInputStream();
    input = new ConnectionInput(stream, output, deadline, memory);
    head = new RequestHead(input);
    headReader = new HeadReader(settings, input, head);
    content = new RequestContent(settings, input, output, head, headReader, memory);
    replies = new ReplyWriter(output, head, id, memory);
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
    accessLog.begin();
    Reply reply;
    boolean framed = false;
    try {
      headReader.read();
      content.begin();
      head.name(id);
      reply = handle();
      framed = content.finish();
    } catch (Fault broken) {
      reply = handler.fault(broken, request);
    }
    if (write(reply, framed && asksToKeepAlive() && !stopping.getAsBoolean())) {
      return true;
    }
    output.flush();
    sayFarewell();
    return false;
  }

  /** Waits for the next request, holding no more memory than may be held meanwhile. */
  private boolean awaitRequest() throws IOException {
    boolean scarce = memory.isScarce();
    content.trim(scarce);
    replies.trim(scarce);
    input.beginRequest(scarce);
    memory.settle((long) input.extraBytes() + content.extraBytes() + replies.extraBytes());
    id.make();
    return headReader.awaitRequest();
  }

  private Reply handle() {
    try {
      return handler.handle(request);
    } catch (RuntimeException | StackOverflowError | OutOfMemoryError failure) {
      return handler.fault(failure, request);
    }
  }

  private boolean write(Reply reply, boolean mayKeepAlive) throws IOException {
    int status = reply.head().status();
    try {
      return replies.write(reply, mayKeepAlive);
    } catch (RuntimeException | StackOverflowError | OutOfMemoryError failure) {
      Reply instead = handler.fault(failure, request);
      if (replies.begun()) {
        throw new IOException("a reply could not be completed", failure);
      }
      status = instead.head().status();
      return replies.write(instead, mayKeepAlive);
    } finally {
      accessLog.end(head, id, status, replies.bodyBytes());
    }
  }

  private boolean asksToKeepAlive() {
    return head.minorVersion == 0 ? head.keepsAlive && !head.closes : !head.closes;
  }

  /**
   * Lets the client read the last reply: a socket that is closed with unread input resets the
   * connection, and the reply may be lost with it.
   */
  private void sayFarewell() throws IOException {
    // Over TLS the end of output is a message, and waits for a client that does not read.
    deadline.begin(Wait.FAREWELL, deadline.after(FAREWELL_NANOS));
    socket.shutdownOutput();
    byte[] dropped = new byte[8 << 10];
    long total = 0;
    int count = 0;
    while (count >= 0 && total < MAX_DROPPED_BYTES) {
      total += count;
      count = stream.read(dropped, 0, dropped.length);
    }
    LOG.trace("dropped {} bytes behind the last reply", total);
  }

  private final class CurrentRequest implements Request {
    private Object kept;

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
    public ByteBuffer body() {
      return body(Integer.MAX_VALUE);
    }

    @Override
    public ByteBuffer body(int mostBytes) {
      try {
        return content.read(mostBytes);
      } catch (IOException gone) {
        throw Fault.badRequest("the connection ended inside a request");
      }
    }

    @Override
    public InetAddress remote() {
      return socket.getInetAddress();
    }

    @Override
    public void user(String name) {
      accessLog.user(name);
    }

    @Override
    public Object kept() {
      return kept;
    }

    @Override
    public void keep(Object note) {
      kept = note;
    }

    @Override
    public void requireClient() {
      if (input.hasEnded(socket)) {
        throw Fault.badRequest("the client did not wait for the reply");
      }
    }

    @Override
    public Memory memory() {
      return memory;
    }
  }
}
