package io.kvapp.engine.changes;

import io.kvapp.Change;
import io.kvapp.Change.Kind;
import io.kvapp.Changes;
import io.kvapp.Entry;
import io.kvapp.KVException;
import io.kvapp.Page;
import io.kvapp.Scan;
import io.kvapp.engine.file.StackRoom;
import io.kvapp.engine.file.StoreFailures;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * Reads the changes of a store, and its state before them where that is asked for.
 *
 * <p>The state is scanned page by page. Before the next page the changes since are read: those of
 * keys up to the end of the page are told, the others will be in a later page. A scan can be ahead
 * of the revision up to which changes are read; what it has found there is remembered, and not told
 * again. The state is whole when all pages are scanned and nothing is remembered. So it never takes
 * more memory than a page, and the history need only reach back as long as a page takes.
 *
 * <p>{@link #next} is for one thread at a time, the other methods for any.
 */
public final class ChangeReader implements Changes {
  private static final int PAGE_ENTRIES = 1_000;
  private static final long PAGE_BYTES = 64 << 10;
  private static final int STEPS_BETWEEN_LOOKS = 256;
  private static final long TICK_NANOS = TimeUnit.SECONDS.toNanos(1);

  private enum Phase {
    RESET,
    STATE,
    CATCHING_UP,
    LIVE
  }

  private final ChangeLog log;
  private final Function<Scan, Page> scanner;
  private final From from;
  private Phase phase;
  private ChangeLog.Cursor cursor;

  /** Up to here changes are read. */
  private long position;

  /** Up to here they are to be read before the next mark or page. */
  private long target;

  /** The rest of the state; its first range begins at the next page. */
  private final List<Scan> unscanned = new ArrayList<>();

  /** What is newer than {@link #position} in the pages scanned, with its revision. */
  private final Map<byte[], Long> ahead = new TreeMap<>(Arrays::compareUnsigned);

  private volatile long resume;
  private volatile boolean closed;

  /**
   * A reader of the changes of a store.
   *
   * @param scanner reads a page of the store
   * @throws KVException.HistoryGone if not all changes asked for are kept, nor the state asked for
   */
  public ChangeReader(ChangeLog log, Function<Scan, Page> scanner, From from) {
    this.log = log;
    this.scanner = scanner;
    this.from = from;
    requireOpen();
    if (from.after().isEmpty()) {
      beginAtTheEnd();
      phase = from.hasState() ? Phase.RESET : Phase.CATCHING_UP;
    } else {
      begin(from.after().getAsLong());
    }
    resume = phase == Phase.RESET ? 0 : position;
  }

  private void begin(long after) {
    position = after;
    cursor = log.open(after);
    if (cursor != null) {
      target = Math.max(after, log.revision());
      phase = Phase.CATCHING_UP;
    } else if (from.hasState()) {
      phase = Phase.RESET;
    } else {
      throw gone();
    }
  }

  private KVException gone() {
    requireOpen();
    return new KVException.HistoryGone(log.oldest());
  }

  private void beginAtTheEnd() {
    do {
      requireOpen();
      position = log.revision();
      cursor = log.open(position);
    } while (cursor == null);
    target = position;
  }

  @Override
  public List<Change> next(Duration timeout) {
    long nanos = nanos(timeout);
    long start = System.nanoTime();
    StackRoom.require();
    long due = log.revision();
    while (true) {
      requireOpen();
      List<Change> found = step();
      if (phase == Phase.CATCHING_UP || phase == Phase.LIVE) {
        resume = position;
      }
      if (!found.isEmpty()) {
        return List.copyOf(found);
      }
      boolean idle = isIdle();
      long left = nanos - (System.nanoTime() - start);
      if (left <= 0 && (idle || phase == Phase.LIVE && position >= due)) {
        return List.of();
      }
      if (idle) {
        await(left);
      }
    }
  }

  private void await(long nanos) {
    log.signal().awaitWhile(() -> !closed && log.isOpen() && isIdle(), Math.min(nanos, TICK_NANOS));
    requireOpen();
    log.tick();
  }

  /** Whether there is nothing to do before a write becomes visible. */
  private boolean isIdle() {
    long visible = log.revision();
    switch (phase) {
      case RESET:
        return false;
      case STATE:
        return unscanned.isEmpty() && !ahead.isEmpty() && position >= visible;
      case CATCHING_UP:
        return position >= visible && visible < target;
      default:
        return position >= visible;
    }
  }

  private static long nanos(Duration timeout) {
    try {
      return timeout.toNanos();
    } catch (ArithmeticException beyond) {
      return timeout.isNegative() ? 0 : Long.MAX_VALUE;
    }
  }

  private void requireOpen() {
    if (!log.isOpen()) {
      throw StoreFailures.closed();
    }
    if (closed) {
      throw StoreFailures.changesClosed();
    }
  }

  /** What is next; empty where there is nothing yet, or looking for it takes long. */
  private List<Change> step() {
    List<Change> changes = new ArrayList<>();
    switch (phase) {
      case RESET:
        return reset();
      case STATE:
        if (read(target, this::isTold, changes) && changes.isEmpty() && position >= target) {
          return nextOfState();
        }
        return changes;
      case CATCHING_UP:
        if (read(Math.min(target, log.revision()), (key, revision) -> true, changes)
            && changes.isEmpty()
            && position >= target
            && log.revision() >= target) {
          phase = Phase.LIVE;
          return List.of(Change.mark(Kind.SYNCED, position));
        }
        return changes;
      default:
        read(log.revision(), (key, revision) -> true, changes);
        return changes;
    }
  }

  /** A choice among the changes of the chosen keys. */
  private interface Choice {
    boolean takes(byte[] key, long revision);
  }

  /**
   * Reads up to a revision, or to one with a change that is taken, or for a while.
   *
   * @return false when changes are gone, so that the state is to be read again
   */
  private boolean read(long limit, Choice choice, List<Change> changes) {
    ChangeLog.Selection selection =
        new ChangeLog.Selection() {
          @Override
          public boolean wants(byte[] key, long revision) {
            return from.includes(key) && choice.takes(key, revision);
          }

          @Override
          public boolean wantsValue(int bytes) {
            return !from.isKeysOnly() && bytes <= from.maxValueBytes();
          }

          @Override
          public void room(long bytes) {
            from.room().accept(bytes);
          }
        };
    for (int steps = 0; position < limit && steps < STEPS_BETWEEN_LOOKS; steps++) {
      long revision = cursor.next(limit, selection, changes);
      if (revision == ChangeLog.Cursor.GONE) {
        cursor = log.open(position);
        if (cursor != null) {
          continue;
        }
        if (!from.hasState()) {
          throw gone();
        }
        phase = Phase.RESET;
        return false;
      }
      position = revision == ChangeLog.Cursor.NONE ? limit : Math.max(position, revision);
      if (!changes.isEmpty()) {
        return true;
      }
    }
    return true;
  }

  private List<Change> reset() {
    beginAtTheEnd();
    unscanned.clear();
    unscanned.addAll(from.ranges());
    ahead.clear();
    phase = Phase.STATE;
    resume = 0;
    return List.of(Change.mark(Kind.RESET, position));
  }

  /** Whether the state as told so far has a key, and this change is newer. */
  private boolean isTold(byte[] key, long revision) {
    if (!unscanned.isEmpty()) {
      Scan next = unscanned.get(0);
      byte[] last = next.after();
      boolean scanned =
          Arrays.compareUnsigned(key, next.from()) < 0
              || last != null && Arrays.compareUnsigned(key, last) <= 0;
      if (!scanned) {
        return false;
      }
    }
    return ahead.getOrDefault(key, 0L) < revision;
  }

  /** The next page of the state, or the mark of its end. */
  private List<Change> nextOfState() {
    ahead.values().removeIf(revision -> revision <= position);
    if (unscanned.isEmpty()) {
      if (ahead.isEmpty()) {
        phase = Phase.LIVE;
        return List.of(Change.mark(Kind.SYNCED, position));
      }
      target = log.revision();
      return List.of();
    }
    Scan range = unscanned.get(0);
    Scan scan = range.limit(PAGE_ENTRIES).maxBytes(PAGE_BYTES);
    Page page = page(scan);
    if (page.more()) {
      List<Entry> entries = page.entries();
      unscanned.set(0, range.after(entries.get(entries.size() - 1).key()));
    } else {
      unscanned.remove(0);
    }
    List<Change> state = new ArrayList<>();
    for (Entry entry : page.entries()) {
      if (entry.revision() > position) {
        ahead.put(entry.key().clone(), entry.revision());
      }
      state.add(
          new Change(
              Kind.PUT,
              entry.key(),
              entry.value(),
              entry.revision(),
              entry.expiresAtMillis(),
              entry.valueBytes()));
    }
    target = log.revision();
    return state;
  }

  /** A page whose values are small, or that has one entry. */
  private Page page(Scan scan) {
    if (from.isKeysOnly()) {
      return scanner.apply(scan.keysOnly());
    }
    Page page = scanner.apply(scan.strict());
    Entry first = page.entries().isEmpty() ? null : page.entries().get(0);
    int bytes = first == null ? 0 : first.valueBytes();
    boolean isLeftOut = first != null && first.value().length < bytes;
    while (isLeftOut && bytes <= from.maxValueBytes()) {
      from.room().accept(ChangeLog.Selection.CHANGE_BYTES + first.key().length + bytes);
      page = scanner.apply(scan.limit(1).maxBytes((long) first.key().length + bytes).strict());
      first = page.entries().isEmpty() ? null : page.entries().get(0);
      isLeftOut = first != null && first.valueBytes() > bytes;
      bytes = first == null ? 0 : first.valueBytes();
    }
    return page;
  }

  @Override
  public long revision() {
    return resume;
  }

  @Override
  public void close() {
    closed = true;
    log.signal().raise();
  }
}
