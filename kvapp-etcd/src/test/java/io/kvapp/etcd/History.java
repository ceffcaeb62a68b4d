package io.kvapp.etcd;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;

/**
 * Calls about one entry that overlap, and the search for an order that explains their results: each
 * call has taken place at one moment between its begin and its end (Wing and Gong, "Testing and
 * Verifying Concurrent Objects", 1993).
 *
 * <p>For one thread.
 */
final class History {
  /** Of a write whose revision nobody was told. */
  static final long UNKNOWN = -1;

  private static final int MOST_CALLS = 30;

  /**
   * The entry at a moment.
   *
   * @param value its value; null if there is none
   * @param revision its revision, 0 if there is none, or {@link #UNKNOWN}
   */
  record State(String value, long revision) {
    static final State ABSENT = new State(null, 0);

    boolean mayBeAt(long other) {
      return revision == other || revision == UNKNOWN && other > 0;
    }

    /** What a write makes of it; nothing if the revision is not above its own. */
    List<State> write(String newValue, long newRevision) {
      return newRevision == UNKNOWN || newRevision > revision
          ? List.of(new State(newValue, newRevision))
          : List.of();
    }

    boolean hasValue(String other) {
      return Objects.equals(value, other);
    }
  }

  /**
   * One call.
   *
   * @param what it was, with its result
   * @param begin when it was made, as {@link System#nanoTime()} says
   * @param end when it returned; {@link Long#MAX_VALUE} if what it did may come later
   * @param effect what it may make of a state; nothing where that does not explain its result
   */
  record Call(String what, long begin, long end, Function<State, List<State>> effect) {}

  private record Place(int made, State state) {}

  private final List<Call> calls;
  private final Set<Place> visited = new HashSet<>();

  private History(List<Call> calls) {
    this.calls = calls;
  }

  /** Whether there is an order of the calls that explains them, which begins with no entry. */
  static boolean isLinearizable(List<Call> calls) {
    if (calls.size() > MOST_CALLS) {
      throw new IllegalArgumentException("calls: at most " + MOST_CALLS);
    }
    return new History(new ArrayList<>(calls)).search(0, State.ABSENT);
  }

  private boolean search(int made, State state) {
    if (made == (1 << calls.size()) - 1) {
      return true;
    }
    if (!visited.add(new Place(made, state))) {
      return false;
    }
    long firstEnd = Long.MAX_VALUE;
    for (int i = 0; i < calls.size(); i++) {
      firstEnd = (made & 1 << i) == 0 ? Math.min(firstEnd, calls.get(i).end) : firstEnd;
    }
    for (int i = 0; i < calls.size(); i++) {
      if ((made & 1 << i) == 0 && calls.get(i).begin <= firstEnd) {
        for (State next : calls.get(i).effect.apply(state)) {
          if (search(made | 1 << i, next)) {
            return true;
          }
        }
      }
    }
    return false;
  }
}
