package io.kvapp.client;

import io.kvapp.Change;
import io.kvapp.Changes;
import io.kvapp.Entry;
import io.kvapp.KVException;
import io.kvapp.Scan;
import io.kvapp.client.call.Requests;
import io.kvapp.client.http.connection.Delivery;
import io.kvapp.client.http.connection.Flight;
import io.kvapp.client.http.message.Request;
import io.kvapp.client.http.message.Target;
import io.kvapp.client.json.Json;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * The changes of a server's store, asked for page by page: a request waits at the server until
 * there is a change, for some seconds at most, so that nothing on the way takes the connection for
 * idle. Whatever goes wrong on the way, the next request goes on behind what was told.
 *
 * <p>The state is read as pages of a scan. Between them come the changes of keys told already; an
 * entry that a page shows in a revision whose change is still to come is remembered, so that the
 * change is not told as well.
 *
 * <p>{@link #next} is for one thread at a time, the other methods for any thread.
 */
final class RemoteChanges implements Changes {
  private static final long MAX_WAIT_MILLIS = 20_000;
  private static final long FIRST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(200);
  private static final long MAX_PAUSE_NANOS = TimeUnit.SECONDS.toNanos(10);
  private static final int STATE_ENTRIES = 1_000;
  private static final long STATE_BYTES = 1 << 20;

  /** What the server takes in one request. */
  private static final int MAX_CHOSEN = 16;

  private static final int MAX_TARGET = 15_000;
  private static final byte[] NOTHING = {};

  /** What one call returns, and the place to go on from behind it. */
  private record Step(List<Change> changes, long revision) {}

  /** A key as a key of a map. */
  private record Key(byte[] bytes) {
    @Override
    public boolean equals(Object other) {
      return other instanceof Key that && Arrays.equals(bytes, that.bytes);
    }

    @Override
    public int hashCode() {
      return Arrays.hashCode(bytes);
    }
  }

  private final RemoteStore store;
  private final Requests requests;
  private final From from;
  private final Consumer<RemoteChanges> onClose;
  private final Flight flight = new Flight();
  private final Deque<Step> steps = new ArrayDeque<>();

  /** The revisions of entries that the state has shown, whose changes are still to come. */
  private final Map<Key, Long> ahead = new HashMap<>();

  private volatile long revision;
  private long after;
  private boolean isSynced;
  private long pauseNanos = FIRST_PAUSE_NANOS;

  /** The parts of the state that are still to be read, in their order. */
  private final Deque<Scan> state = new ArrayDeque<>();

  private boolean isInState;
  private byte[] lastTold;

  RemoteChanges(RemoteStore store, Requests requests, From from, Consumer<RemoteChanges> onClose) {
    this.store = store;
    this.requests = requests;
    this.from = from;
    this.onClose = onClose;
  }

  /** Finds the place to begin at. */
  void open() {
    if (from.after().isPresent()) {
      after = from.after().getAsLong();
      revision = after;
      try {
        take(page(0, false));
      } catch (KVException.HistoryGone gone) {
        beginStateOrThrow(gone);
      }
    } else if (from.hasState()) {
      beginState();
    } else {
      after = store.revision();
      revision = after;
      sync(after);
    }
  }

  @Override
  public List<Change> next(Duration timeout) {
    Objects.requireNonNull(timeout, "timeout");
    long now = System.nanoTime();
    long end = now + nanos(timeout);
    while (true) {
      requireOpen();
      try {
        Step step = steps.peek();
        if (step != null) {
          List<Change> whole = withValues(step.changes);
          steps.remove();
          revision = step.revision;
          return whole;
        }
        if (isInState) {
          readState();
        } else {
          long left = end - System.nanoTime();
          long millis = Math.min(MAX_WAIT_MILLIS, (left + 999_999) / 1_000_000);
          take(page(Math.max(0, millis), true));
          if (steps.isEmpty() && end - System.nanoTime() <= 0) {
            return List.of();
          }
        }
        pauseNanos = FIRST_PAUSE_NANOS;
      } catch (KVException.HistoryGone gone) {
        beginStateOrThrow(gone);
      } catch (KVException.Unavailable away) {
        long left = end - System.nanoTime();
        if (left <= 0) {
          return List.of();
        }
        flight.pause(Math.min(left, jittered()));
      }
    }
  }

  private static long nanos(Duration timeout) {
    Duration most = Duration.ofDays(36_500);
    if (timeout.isNegative()) {
      return 0;
    }
    return (timeout.compareTo(most) < 0 ? timeout : most).toNanos();
  }

  private long jittered() {
    long pause = ThreadLocalRandom.current().nextLong(pauseNanos / 2, pauseNanos + 1);
    pauseNanos = Math.min(2 * pauseNanos, MAX_PAUSE_NANOS);
    return pause;
  }

  private void beginStateOrThrow(KVException.HistoryGone gone) {
    if (!from.hasState()) {
      throw gone;
    }
    beginState();
  }

  private void beginState() {
    after = store.revision();
    steps.clear();
    ahead.clear();
    state.clear();
    state.addAll(from.ranges());
    isInState = true;
    isSynced = false;
    lastTold = null;
    revision = 0;
    steps.add(new Step(List.of(Change.mark(Change.Kind.RESET, after)), 0));
  }

  /** Reads the changes of what was told, then one more page of the state. */
  private void readState() {
    boolean isWhole = state.isEmpty();
    Json.ChangesPage page;
    do {
      page = page(0, true);
      addSteps(page, isWhole ? null : lastTold, true);
    } while (page.more());
    if (isWhole && ahead.isEmpty()) {
      isInState = false;
      sync(after);
    } else if (!isWhole) {
      readStatePage();
    }
  }

  private void readStatePage() {
    Scan range = state.remove().limit(STATE_ENTRIES).maxBytes(STATE_BYTES);
    Json.ListPage page = store.list(from.isKeysOnly() ? range.keysOnly() : range);
    List<Change> told = new ArrayList<>();
    for (Entry entry : page.entries()) {
      told.add(
          new Change(
              Change.Kind.PUT,
              entry.key(),
              entry.value(),
              entry.revision(),
              entry.expiresAtMillis(),
              entry.valueBytes()));
      if (entry.revision() > after) {
        ahead.put(new Key(entry.key()), entry.revision());
      }
      lastTold = entry.key();
    }
    if (page.more()) {
      state.addFirst(range.after(lastTold));
    } else if (range.to() != null) {
      lastTold = range.to();
    }
    if (!told.isEmpty()) {
      steps.add(new Step(List.copyOf(told), 0));
    }
  }

  /** Takes a page of changes outside of the state. */
  private void take(Json.ChangesPage page) {
    addSteps(page, null, false);
    if (!page.more() && !isSynced) {
      sync(page.revision());
    }
    if (steps.isEmpty()) {
      revision = page.revision();
    }
  }

  private void sync(long synced) {
    isSynced = true;
    steps.add(new Step(List.of(Change.mark(Change.Kind.SYNCED, synced)), synced));
  }

  /**
   * Adds the changes of a page, those of one revision together.
   *
   * @param upTo changes of keys above it are left out, as the state is still to show them; null
   *     while there is no such key
   */
  private void addSteps(Json.ChangesPage page, byte[] upTo, boolean inState) {
    List<Change> together = new ArrayList<>();
    for (Change change : page.changes()) {
      boolean isToCome =
          inState && !state.isEmpty() && (upTo == null || isAbove(change.key(), upTo));
      Long shown = ahead.get(new Key(change.key()));
      if (isToCome || shown != null && shown >= change.revision() || !from.includes(change.key())) {
        continue;
      }
      if (!together.isEmpty() && together.get(0).revision() != change.revision()) {
        addStep(together, inState);
        together = new ArrayList<>();
      }
      together.add(change);
    }
    if (!together.isEmpty()) {
      addStep(together, inState);
    }
    after = page.revision();
    ahead.values().removeIf(shown -> shown <= after);
  }

  private void addStep(List<Change> together, boolean inState) {
    steps.add(new Step(List.copyOf(together), inState ? 0 : together.get(0).revision()));
  }

  private static boolean isAbove(byte[] key, byte[] other) {
    return Arrays.compareUnsigned(key, other) > 0;
  }

  private Json.ChangesPage page(long waitMillis, boolean isOnce) {
    Target target = Target.of("/v1/changes").with("after", after);
    if (waitMillis > 0) {
      target.with("wait", waitMillis + "ms");
    }
    if (from.isKeysOnly()) {
      target.with("keys_only", "true");
    }
    Duration wait = Duration.ofMillis(waitMillis);
    Delivery delivery = isOnce ? Delivery.waiting(wait, flight) : Delivery.PLAIN;
    return requests.send(
        Request.get(chosen(target)), delivery, response -> response.parse(Json::changesPage));
  }

  /** The target with the chosen keys; without them where they do not fit, as all are filtered. */
  private Target chosen(Target target) {
    boolean isAll = from.prefixes().stream().anyMatch(prefix -> prefix.length == 0);
    boolean isFew = from.prefixes().size() <= MAX_CHOSEN && from.keys().size() <= MAX_CHOSEN;
    if (isAll || !isFew) {
      return target;
    }
    Target chosen = target.copy();
    from.prefixes().forEach(prefix -> chosen.with("prefix", prefix));
    from.keys().forEach(key -> chosen.with("key", key));
    return chosen.length() <= MAX_TARGET ? chosen : target;
  }

  /**
   * The changes with the values that are wanted: without those above the chosen length, and with
   * those that the server leaves out as too large, if they are there still.
   */
  private List<Change> withValues(List<Change> changes) {
    long bytes = 0;
    for (Change change : changes) {
      bytes += change.key().length + (isWanted(change) ? change.valueBytes() : 0);
    }
    if (bytes > 0) {
      from.room().accept(bytes);
    }
    return changes.stream().map(this::withValue).toList();
  }

  private Change withValue(Change change) {
    if (!isWanted(change)) {
      return withValue(change, NOTHING);
    }
    Entry entry = isWhole(change) ? null : store.entry(change.key()).orElse(null);
    boolean isSame = entry != null && entry.revision() == change.revision();
    return isSame ? withValue(change, entry.value()) : change;
  }

  private static Change withValue(Change change, byte[] value) {
    return new Change(
        change.kind(),
        change.key(),
        value,
        change.revision(),
        change.expiresAtMillis(),
        change.valueBytes());
  }

  private boolean isWanted(Change change) {
    return !from.isKeysOnly() && change.valueBytes() <= from.maxValueBytes();
  }

  private static boolean isWhole(Change change) {
    return change.value().length == change.valueBytes();
  }

  @Override
  public long revision() {
    return revision;
  }

  private void requireOpen() {
    requests.requireOpen();
    if (flight.isEnded()) {
      throw new KVException.WrongState("the changes are closed; ask the store for others");
    }
  }

  @Override
  public void close() {
    flight.end();
    onClose.accept(this);
  }
}
