package io.kvapp.etcd;

import static org.assertj.core.api.Assertions.assertThat;

import io.kvapp.Batch;
import io.kvapp.BatchResult;
import io.kvapp.Entry;
import io.kvapp.KVException;
import io.kvapp.KVStore;
import io.kvapp.OperationResult;
import io.kvapp.Threads;
import io.kvapp.engine.crash.MemoryFolder;
import io.kvapp.etcd.History.Call;
import io.kvapp.etcd.History.State;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.function.Function;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Conditions, adds, reads and writes of one entry by several stores on a cluster of three, each of
 * which begins at another node. {@code -Dkvapp.rounds} says how many entries there are, one after
 * the other; in longer runs leaders are killed meanwhile.
 */
@Tag("once")
@Timeout(3_600)
final class EtcdLinearizabilityTest {
  private static final int STORES = 3;
  private static final int CALLS = 4;
  private static final int ROUNDS = Integer.getInteger("kvapp.rounds", 150);
  private static final int ROUNDS_TO_A_KILL = 200;

  @TempDir(factory = MemoryFolder.class)
  Path folder;

  /** The calls of one store about one entry. */
  private static final class Caller implements Callable<List<Call>> {
    private final KVStore store;
    private final String key;
    private final SplittableRandom random;
    private final List<Call> calls = new ArrayList<>();
    private long seen;

    Caller(KVStore store, String key, SplittableRandom random) {
      this.store = store;
      this.key = key;
      this.random = random;
    }

    @Override
    public List<Call> call() {
      for (int i = 0; i < CALLS; i++) {
        String value = Integer.toString(random.nextInt(1, 4));
        switch (random.nextInt(8)) {
          case 0 -> put(value);
          case 1 -> putIfAbsent(value);
          case 2 -> compareAndSet(seen, value);
          case 3 -> compareAndDelete(Math.max(1, seen));
          case 4 -> delete();
          case 5 -> add(random.nextInt(1, 4));
          case 6 -> replace(Integer.toString(random.nextInt(1, 4)), value);
          default -> read();
        }
      }
      return calls;
    }

    private interface Effect<T> {
      List<State> of(State state, T result);
    }

    /** Makes a call, of which {@code unknown} is what it may do if nobody can tell. */
    private <T> void record(
        String what, Callable<T> work, Effect<T> effect, Function<State, List<State>> unknown) {
      long begin = System.nanoTime();
      try {
        T result = work.call();
        long end = System.nanoTime();
        calls.add(new Call(what + " = " + result, begin, end, state -> effect.of(state, result)));
      } catch (KVException.Unavailable nothingDone) {
        // Explains itself.
      } catch (KVException.Uncertain either) {
        calls.add(new Call(what + " = ?", begin, Long.MAX_VALUE, unknown));
      } catch (Exception failed) {
        throw new AssertionError(what, failed);
      }
    }

    private static List<State> either(State before, State after) {
      return List.of(before, after);
    }

    private void read() {
      record(
          "read",
          () -> {
            Optional<Entry> entry = store.entry(key);
            seen = entry.map(Entry::revision).orElse(0L);
            return entry
                .map(found -> new State(found.valueString(), found.revision()))
                .orElse(State.ABSENT);
          },
          (state, found) ->
              state.hasValue(found.value()) && state.mayBeAt(found.revision())
                  ? List.of(found)
                  : List.of(),
          List::of);
    }

    private void put(String value) {
      record(
          "put " + value,
          () -> seen = store.put(key, value),
          (state, revision) -> state.write(value, revision),
          state -> either(state, new State(value, History.UNKNOWN)));
    }

    private void putIfAbsent(String value) {
      record(
          "put " + value + " if absent",
          () -> store.putIfAbsent(key, value),
          (state, revision) -> written(state, state.value() == null, value, revision),
          state -> either(state, state.value() == null ? unknown(value) : state));
    }

    private void compareAndSet(long expected, String value) {
      record(
          "set " + value + " at " + expected,
          () -> store.compareAndSet(key, expected, value),
          (state, revision) ->
              state.revision() == History.UNKNOWN && revision.isEmpty()
                  ? List.of(state)
                  : written(state, state.mayBeAt(expected), value, revision),
          state -> either(state, state.mayBeAt(expected) ? unknown(value) : state));
    }

    private void compareAndDelete(long expected) {
      record(
          "delete at " + expected,
          () -> store.compareAndDelete(key, expected),
          (state, made) ->
              state.revision() == History.UNKNOWN && !made
                  ? List.of(state)
                  : deleted(state, state.mayBeAt(expected), made),
          state -> either(state, state.mayBeAt(expected) ? State.ABSENT : state));
    }

    private void delete() {
      record(
          "delete",
          () -> store.delete(key),
          (state, made) -> deleted(state, state.value() != null, made),
          state -> either(state, State.ABSENT));
    }

    private void add(int number) {
      record(
          "add " + number,
          () -> {
            BatchResult result = store.commit(new Batch().add(key, number));
            long sum = ((OperationResult.Add) result.results().get(0)).number();
            return new State(Long.toString(sum), result.revision());
          },
          (state, sum) ->
              sum(state, number).equals(sum.value())
                  ? state.write(sum.value(), sum.revision())
                  : List.of(),
          state -> either(state, unknown(sum(state, number))));
    }

    private static String sum(State state, int number) {
      return Long.toString((state.value() == null ? 0 : Long.parseLong(state.value())) + number);
    }

    private void replace(String expected, String value) {
      record(
          "put " + value + " for " + expected,
          () -> {
            BatchResult result = store.commit(new Batch().ifValue(key, expected).put(key, value));
            return result.applied() ? OptionalLong.of(result.revision()) : OptionalLong.empty();
          },
          (state, revision) -> written(state, state.hasValue(expected), value, revision),
          state -> either(state, state.hasValue(expected) ? unknown(value) : state));
    }

    private static State unknown(String value) {
      return new State(value, History.UNKNOWN);
    }

    private static List<State> written(
        State state, boolean isDue, String value, OptionalLong revision) {
      if (isDue != revision.isPresent()) {
        return List.of();
      }
      return isDue ? state.write(value, revision.getAsLong()) : List.of(state);
    }

    private static List<State> deleted(State state, boolean isDue, boolean made) {
      if (isDue != made) {
        return List.of();
      }
      return List.of(isDue ? State.ABSENT : state);
    }
  }

  @Test
  void calls_ofSeveralStores_areLinearizable() {
    long seed = Long.getLong("kvapp.seed", System.nanoTime());
    System.out.println("linearizability on etcd: -Dkvapp.seed=" + seed);
    SplittableRandom random = new SplittableRandom(seed);
    List<KVStore> stores = new ArrayList<>();
    try (EtcdNodes nodes = new EtcdNodes(folder)) {
      for (int i = 0; i < STORES; i++) {
        stores.add(KVStore.open(nodes.uri("linear", i)));
      }
      int killed = -1;
      for (int round = 1; round <= ROUNDS; round++) {
        if (round % ROUNDS_TO_A_KILL == 0) {
          killed = nodes.leader();
          nodes.node(killed).kill();
        } else if (killed >= 0 && round % ROUNDS_TO_A_KILL == ROUNDS_TO_A_KILL / 2) {
          nodes.restart(killed);
        }
        check(stores, "key " + round, random);
      }
    } finally {
      stores.forEach(KVStore::close);
    }
  }

  private static void check(List<KVStore> stores, String key, SplittableRandom random) {
    List<Callable<List<Call>>> callers = new ArrayList<>();
    stores.forEach(store -> callers.add(new Caller(store, key, random.split())));
    List<Call> calls = new ArrayList<>();
    Threads.together(callers).forEach(calls::addAll);
    assertThat(History.isLinearizable(calls))
        .as(() -> key + ": " + calls.stream().map(EtcdLinearizabilityTest::toString).toList())
        .isTrue();
  }

  private static String toString(Call call) {
    return call.what() + " [" + call.begin() + ", " + call.end() + "]";
  }

  @Test
  void history_thatNoOrderExplains_isFound() {
    Call put = new Call("put 1", 1, 2, state -> state.write("1", 5));
    Call missed = new Call("read nothing", 3, 4, state -> absent(state));
    Call overlapping = new Call("read nothing", 1, 4, state -> absent(state));

    assertThat(History.isLinearizable(List.of(put, missed))).isFalse();
    assertThat(History.isLinearizable(List.of(put, overlapping))).isTrue();
    assertThat(History.isLinearizable(List.of(put, new Call("put 2", 3, 4, s -> s.write("2", 4)))))
        .isFalse();
  }

  private static List<State> absent(State state) {
    return state.value() == null ? Collections.singletonList(state) : List.of();
  }
}
