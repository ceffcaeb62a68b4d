package io.kvapp.server.http.connection;

import java.io.IOException;
import java.net.Socket;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;

/**
 * The moment by which a connection has to get on. The connection's thread sets it before it blocks;
 * the {@link Watchdog} ends what blocks beyond it: a read by the end of input, so that the thread
 * can still say why, a write by closing the socket.
 *
 * <p>A socket's own read time-out would not do: it starts anew with every byte, it knows no writes,
 * and it makes three system calls of one.
 *
 * <p>Set by one thread, checked by another.
 */
class Deadline {
  private static final long GRACE_NANOS = TimeUnit.SECONDS.toNanos(1);

  /** The reason why a connection waits. */
  enum Wait {
    /** Nothing that is watched. */
    NOTHING,
    /** The first byte of a request. */
    REQUEST,
    /** The rest of a head. */
    HEAD,
    /** The rest of a body. */
    BODY,
    /** The client taking a piece of a response. */
    OUTPUT,
    /** The client seeing the last response before the connection is closed. */
    LINGER
  }

  private final Socket socket;
  private final Watchdog watchdog;
  private final long slackNanos;
  private volatile Wait wait = Wait.NOTHING;
  private volatile long at;
  private volatile boolean passed;
  private volatile boolean stopped;
  private long passedAt;

  Deadline(Socket socket, Watchdog watchdog) {
    this(socket, watchdog, 0);
  }

  private Deadline(Socket socket, Watchdog watchdog, long slackNanos) {
    this.socket = socket;
    this.watchdog = watchdog;
    this.slackNanos = slackNanos;
  }

  /** A deadline that leaves a thread which sees to it itself some time to do so. */
  static Deadline withSlack(Socket socket, Watchdog watchdog) {
    return new Deadline(socket, watchdog, GRACE_NANOS);
  }

  /** The time that is left, at least a millisecond. */
  int remainingMillis() {
    long millis = TimeUnit.NANOSECONDS.toMillis(at - System.nanoTime());
    return (int) Math.max(1, Math.min(Integer.MAX_VALUE, millis));
  }

  /** Notes that a wait of this connection lasted too long. */
  void pass() {
    passed = true;
  }

  /** The deadline for something that may take {@code nanos} from now. */
  long after(long nanos) {
    return watchdog.now() + nanos;
  }

  /** Begins to wait until {@code moment}, as {@link #after} gave it. */
  void begin(Wait reason, long moment) {
    at = moment;
    wait = reason;
  }

  /** Ends the wait. */
  void end() {
    wait = Wait.NOTHING;
  }

  /** Whether a wait of this connection lasted too long. */
  boolean passed() {
    return passed;
  }

  /** Whether {@link #stop} has ended a wait for a request. */
  boolean stopped() {
    return stopped;
  }

  /** The moment until which a wait for the next request may last; empty during any other. */
  OptionalLong idleUntil() {
    long moment = at;
    return wait == Wait.REQUEST && !stopped ? OptionalLong.of(moment) : OptionalLong.empty();
  }

  /** Ends a wait for a request whose head is not complete, and leaves any other alone. */
  void stop() {
    Wait current = wait;
    if (current == Wait.REQUEST || current == Wait.HEAD) {
      stopped = true;
      endInput();
    }
  }

  /** Ends a wait for the next request, and leaves any other alone; returns whether it did. */
  boolean endIdleness() {
    if (wait != Wait.REQUEST || stopped) {
      return false;
    }
    stopped = true;
    endInput();
    return true;
  }

  /** Ends what waits beyond its deadline; called by one thread. */
  void check(long now) {
    Wait current = wait;
    if (current == Wait.NOTHING || now - at < slackNanos) {
      return;
    }
    if (current == Wait.OUTPUT || current == Wait.LINGER) {
      close();
    } else if (!passed) {
      passed = true;
      passedAt = now;
      endInput();
    } else if (now - passedAt > GRACE_NANOS) {
      close();
    }
  }

  void close() {
    try {
      socket.close();
    } catch (IOException closedAnyhow) {
      // There is nothing left to close.
    }
  }

  private void endInput() {
    try {
      socket.shutdownInput();
    } catch (IOException goneAnyhow) {
      close();
    }
  }
}
