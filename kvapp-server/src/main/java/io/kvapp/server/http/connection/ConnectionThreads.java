package io.kvapp.server.http.connection;

import fi.iki.elonen.NanoHTTPD.AsyncRunner;
import fi.iki.elonen.NanoHTTPD.ClientHandler;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.IntSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The threads that serve connections, one each, up to a limit. A connection beyond it takes the
 * place of one that is idle, or else gets one of a few spare threads for a health probe; what is
 * beyond these is refused, never queued, and never a failure of the accept loop that calls this.
 *
 * <p>All methods may be called from any thread.
 */
final class ConnectionThreads implements AsyncRunner {
  /** A connection that can be turned away. */
  interface Refusable {
    /** Serves it as far as a request may be answered while all connections are taken. */
    void serveProbe();

    /** Says that there is no room, without blocking. */
    void refuse();

    /** Closes the connection without a word. */
    void drop();
  }

  private static final Logger LOG = LoggerFactory.getLogger(ConnectionThreads.class);
  private static final int SPARE_THREADS = 16;

  private final int max;
  private final IntSupplier watching;
  private final BooleanSupplier endsLongestIdle;
  private final AtomicInteger running = new AtomicInteger();
  private final AtomicInteger probing = new AtomicInteger();
  private final ThreadPoolExecutor threads;

  /**
   * Threads for connections.
   *
   * @param max how many connections are served at a time
   * @param maxWatching how many of those served besides do not count
   * @param watching how many do not count at the moment
   * @param source makes the threads
   * @param endsLongestIdle ends the connection that has been idle for longest; false if none is
   */
  ConnectionThreads(
      int max,
      int maxWatching,
      IntSupplier watching,
      ThreadSource source,
      BooleanSupplier endsLongestIdle) {
    this.max = max;
    this.watching = watching;
    this.endsLongestIdle = endsLongestIdle;
    threads =
        new ThreadPoolExecutor(
            0,
            max + maxWatching + SPARE_THREADS,
            source.idleSeconds(),
            TimeUnit.SECONDS,
            new SynchronousQueue<>(),
            source.factory());
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
    boolean isServed = hasRoom();
    if (!isServed && probing.get() >= SPARE_THREADS) {
      connection.refuse();
      return;
    }
    AtomicInteger count = isServed ? running : probing;
    Runnable serving = isServed ? handler : connection::serveProbe;
    count.incrementAndGet();
    try {
      threads.execute(() -> serve(serving, count));
    } catch (RejectedExecutionException | OutOfMemoryError full) {
      count.decrementAndGet();
      LOG.debug("a connection is refused: {}", full.getMessage());
      connection.refuse();
    }
  }

  /** Whether fewer are served than may be, or one ends to make room. */
  private boolean hasRoom() {
    int count = running.get() - watching.getAsInt();
    return count < max || count < max + SPARE_THREADS && endsLongestIdle.getAsBoolean();
  }

  private static void serve(Runnable serving, AtomicInteger count) {
    try {
      serving.run();
    } finally {
      count.decrementAndGet();
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
