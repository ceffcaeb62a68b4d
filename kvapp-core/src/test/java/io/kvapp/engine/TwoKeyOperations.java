package io.kvapp.engine;

import io.kvapp.Batch;
import io.kvapp.BatchResult;
import io.kvapp.Entry;
import io.kvapp.Expiry;
import io.kvapp.KVStore;
import io.kvapp.OperationResult;
import io.kvapp.Scan;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;

/**
 * The operations on two keys that Lincheck runs in threads; it makes an instance for each try,
 * which takes keys of its own in one shared store. Each number stands for a value, 0 for none.
 *
 * <p>All methods may be called from any thread.
 */
@Param(name = "value", gen = IntGen.class, conf = "1:3")
public class TwoKeyOperations {
  private static final AtomicLong FOLDERS = new AtomicLong();
  private static volatile KVStore store;

  private final String folder = "try " + FOLDERS.incrementAndGet() + "/";
  private final String key = folder + "a";
  private final String second = folder + "b";

  /** Operations on keys that are not there yet. */
  public TwoKeyOperations() {}

  /** The store that all instances work on from now on. */
  public static void use(KVStore shared) {
    store = shared;
  }

  /** Writes the value. */
  @Operation
  public void put(@Param(name = "value") int value) {
    store.put(key, Integer.toString(value));
  }

  /** The value, 0 for none. */
  @Operation
  public int get() {
    return store.get(key).map(Integer::parseInt).orElse(0);
  }

  /** Whether there was an entry. */
  @Operation
  public boolean delete() {
    return store.delete(key);
  }

  /** Whether there was none. */
  @Operation
  public boolean putIfAbsent(@Param(name = "value") int value) {
    return store.putIfAbsent(key, Integer.toString(value)).isPresent();
  }

  /** Replaces one value with another by compare-and-set; a lost race is tried again. */
  @Operation
  public boolean compareAndSet(
      @Param(name = "value") int expected, @Param(name = "value") int value) {
    while (true) {
      Optional<Entry> entry = store.entry(key);
      if (entry.isEmpty() || !entry.get().valueString().equals(Integer.toString(expected))) {
        return false;
      }
      if (store.compareAndSet(key, entry.get().revision(), Integer.toString(value)).isPresent()) {
        return true;
      }
    }
  }

  /** Removes one value by compare-and-delete; a lost race is tried again. */
  @Operation
  public boolean compareAndDelete(@Param(name = "value") int expected) {
    while (true) {
      Optional<Entry> entry = store.entry(key);
      if (entry.isEmpty() || !entry.get().valueString().equals(Integer.toString(expected))) {
        return false;
      }
      if (store.compareAndDelete(key, entry.get().revision())) {
        return true;
      }
    }
  }

  /** Writes the value in a batch if there is no entry. */
  @Operation
  public boolean commitIfAbsent(@Param(name = "value") int value) {
    return store.commit(new Batch().ifAbsent(key).put(key, Integer.toString(value))).applied();
  }

  /** Adds; the sum. */
  @Operation
  public long add(@Param(name = "value") int value) {
    return store.add(key, value);
  }

  /** Adds in a batch with another write; the sum and what was there before. */
  @Operation
  public String addWithOthers(@Param(name = "value") int value) {
    List<OperationResult> results =
        store.commit(new Batch().get(key).add(key, value).put(folder + "c", "x")).results();
    Optional<Entry> before = ((OperationResult.Get) results.get(0)).entry();
    return before.map(Entry::valueString).orElse("0")
        + " "
        + ((OperationResult.Add) results.get(1)).number();
  }

  /** Whether there is an entry. */
  @Operation
  public boolean touch() {
    return store.touch(key, Duration.ofDays(1));
  }

  /** Replaces one value with another. */
  @Operation
  public boolean commitIfValue(
      @Param(name = "value") int expected, @Param(name = "value") int value) {
    Batch batch = new Batch().ifValue(key, Integer.toString(expected));
    return store.commit(batch.put(key, Integer.toString(value), Expiry.keep())).applied();
  }

  /** Removes one value; the value that is there instead, -1 where it was removed. */
  @Operation
  public int deleteIfValue(@Param(name = "value") int expected) {
    return refusing(store.commit(new Batch().ifValue(key, Integer.toString(expected)).delete(key)));
  }

  /** Writes the value in a batch; whether there was none. */
  @Operation
  public boolean createOrReplace(@Param(name = "value") int value) {
    Batch batch = new Batch().put(key, Integer.toString(value));
    return ((OperationResult.Put) store.commit(batch).results().get(0)).created();
  }

  /** Adds to both; the sums. */
  @Operation
  public String addToBoth(@Param(name = "value") int value) {
    List<OperationResult> sums =
        store.commit(new Batch().add(key, value).add(second, value)).results();
    return ((OperationResult.Add) sums.get(0)).number()
        + " "
        + ((OperationResult.Add) sums.get(1)).number();
  }

  /** Moves the first to the second if it has this value; the first as it is, -1 if it did. */
  @Operation
  public int move(@Param(name = "value") int expected) {
    String value = Integer.toString(expected);
    return refusing(store.commit(new Batch().ifValue(key, value).delete(key).put(second, value)));
  }

  /** Both, by a batch that reads alone. */
  @Operation
  public String getBoth() {
    List<OperationResult> found = store.commit(new Batch().get(key).get(second)).results();
    return number(((OperationResult.Get) found.get(0)).entry())
        + " "
        + number(((OperationResult.Get) found.get(1)).entry());
  }

  /** Both, by a page of a scan. */
  @Operation
  public String scanBoth() {
    int[] found = {0, 0};
    for (Entry entry : store.scan(Scan.prefix(folder)).entries()) {
      if (!entry.keyString().endsWith("c")) {
        found[entry.keyString().equals(key) ? 0 : 1] = parse(entry.valueString());
      }
    }
    return found[0] + " " + found[1];
  }

  /** The value that the condition has found instead; -1 where it holds. */
  private static int refusing(BatchResult result) {
    return result.applied() ? -1 : number(result.failures().get(0).current());
  }

  private static int number(Optional<Entry> entry) {
    return entry.map(it -> parse(it.valueString())).orElse(0);
  }

  private static int parse(String value) {
    return Integer.parseInt(value);
  }
}
