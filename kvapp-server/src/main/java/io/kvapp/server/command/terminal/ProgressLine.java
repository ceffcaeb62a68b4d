package io.kvapp.server.command.terminal;

import java.io.PrintWriter;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * One line on standard error about work that takes longer than two seconds: how much is done, how
 * fast it goes, and where the whole is known its share and the time that is left. Nothing is
 * written where no terminal is there to see it. Closing it takes the line away.
 *
 * <p>Not thread-safe.
 */
public final class ProgressLine implements AutoCloseable {
  private static final long FIRST_NANOS = TimeUnit.SECONDS.toNanos(2);
  private static final long NEXT_NANOS = TimeUnit.MILLISECONDS.toNanos(500);
  private static final String ERASE = "\r\u001b[K";
  private static final long UNKNOWN = -1;

  private final Terminal terminal;
  private final String what;
  private final String unit;
  private final LongSupplier total;
  private final long begin;
  private long next;
  private long whole = UNKNOWN;
  private boolean isShown;

  /**
   * A line that is not shown yet.
   *
   * @param what the work, such as {@code import}
   * @param unit what is counted, such as {@code entries}
   * @param total how much there is, -1 where that is not known; asked once, when the line is shown
   *     first
   */
  public ProgressLine(Terminal terminal, String what, String unit, LongSupplier total) {
    this.terminal = terminal;
    this.what = what;
    this.unit = unit;
    this.total = total;
    this.begin = terminal.nanoTime().getAsLong();
    this.next = begin + FIRST_NANOS;
  }

  /** A line of work whose whole is not known. */
  public ProgressLine(Terminal terminal, String what, String unit) {
    this(terminal, what, unit, () -> UNKNOWN);
  }

  /** Says how much is done so far. */
  public void at(long done) {
    if (!terminal.errorsAreTerminal()) {
      return;
    }
    long now = terminal.nanoTime().getAsLong();
    if (now - next < 0) {
      return;
    }
    if (!isShown) {
      whole = total.getAsLong();
    }
    next = now + NEXT_NANOS;
    isShown = true;
    show(text(done, (now - begin) / 1e9));
  }

  /** Does work that does not say how far it is; the line then has the time it takes. */
  public static <T> T during(Terminal terminal, String what, Supplier<T> work) {
    if (!terminal.errorsAreTerminal()) {
      return work.get();
    }
    CountDownLatch done = new CountDownLatch(1);
    Thread ticker = new Thread(() -> tick(terminal, what, done), "kvapp-progress");
    ticker.setDaemon(true);
    ticker.start();
    try {
      return work.get();
    } finally {
      done.countDown();
      join(ticker);
    }
  }

  private static void tick(Terminal terminal, String what, CountDownLatch done) {
    try (ProgressLine line = new ProgressLine(terminal, what, "")) {
      while (!done.await(NEXT_NANOS, TimeUnit.NANOSECONDS)) {
        line.at(0);
      }
    } catch (InterruptedException unexpected) {
      Thread.currentThread().interrupt();
    }
  }

  private static void join(Thread ticker) {
    boolean isInterrupted = false;
    while (ticker.isAlive()) {
      try {
        ticker.join();
      } catch (InterruptedException later) {
        isInterrupted = true;
      }
    }
    if (isInterrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private String text(long done, double seconds) {
    if (unit.isEmpty()) {
      return "%s: %d s".formatted(what, (long) seconds);
    }
    double rate = done / seconds;
    String text = String.format(Locale.ROOT, "%s: %,d %s, %,.0f a second", what, done, unit, rate);
    if (whole <= 0 || done > whole) {
      return text;
    }
    String share = String.format(Locale.ROOT, ", %d %%", 100 * done / whole);
    return done == 0
        ? text + share
        : text + share + String.format(Locale.ROOT, ", %,.0f s left", (whole - done) / rate);
  }

  private void show(String text) {
    PrintWriter errors = terminal.errors();
    errors.print(ERASE + text);
    errors.flush();
  }

  @Override
  public void close() {
    if (isShown) {
      show("");
    }
  }
}
