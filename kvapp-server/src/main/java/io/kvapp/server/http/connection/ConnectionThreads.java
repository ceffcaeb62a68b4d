package io.kvapp.server.http.connection;

import fi.iki.elonen.NanoHTTPD.AsyncRunner;
import fi.iki.elonen.NanoHTTPD.ClientHandler;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The threads that serve connections, one each, up to a limit. What is beyond it is refused, never
 * queued, and never a failure of the accept loop that calls this.
 *
 * <p>All methods may be called from any thread.
 */
final class ConnectionThreads implements AsyncRunner {
  /** A connection that can be turned away. */
  interface Refusable {
    /** Says that there is no room, without blocking. */
    void refuse();

    /** Closes the connection without a word. */
    void drop();
  }

  private static final Logger LOG = LoggerFactory.getLogger(ConnectionThreads.class);
  private static final long IDLE_THREAD_SECONDS = 30;
  private static final long STACK_BYTES = 512 << 10;

  private final ThreadPoolExecutor threads;

  ConnectionThreads(int most) {
    AtomicLong number = new AtomicLong();
    threads =
        new ThreadPoolExecutor(
            0,
            most,
            IDLE_THREAD_SECONDS,
            TimeUnit.SECONDS,
            new SynchronousQueue<>(),
            task -> {
              String name = "kvapp-http-" + number.incrementAndGet();
              Thread thread = new Thread(null, task, name, STACK_BYTES);
              thread.setDaemon(true);
              return thread;
            });
  }

  @Override
  public void exec(ClientHandler handler) {
    if (handler == null) {
      return;
    }
    Refusable connection = (Refusable) handler;
    try {
      execute(handler, connection);
    } catch (Throwable failure) {
      // Refusing takes memory, too. The loop that calls this has to go on.
      connection.drop();
    }
  }

  @Override
  public void closed(ClientHandler handler) {
    // Each connection cleans up behind itself.
  }

  @Override
  public void closeAll() {
    // Connections outlive the accept loop, as long as their requests in flight may take.
  }

  private void execute(ClientHandler handler, Refusable connection) {
    try {
      threads.execute(handler);
    } catch (RejectedExecutionException | OutOfMemoryError full) {
      LOG.debug("a connection is refused: {}", full.getMessage());
      connection.refuse();
    }
  }

  /** Takes no more connections; threads end with the connections that they serve. */
  void stop() {
    threads.shutdown();
  }

  /** Waits until all threads have ended; returns whether they have. */
  boolean awaitEnd(long nanos) throws InterruptedException {
    return threads.awaitTermination(nanos, TimeUnit.NANOSECONDS);
  }
}
