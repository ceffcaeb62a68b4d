package io.kvapp.engine;

import io.kvapp.Batch;
import io.kvapp.BatchResult;
import io.kvapp.Entry;
import io.kvapp.Expiry;
import io.kvapp.KVStore;
import io.kvapp.OperationResult;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;

/**
 * The operations on one key that Lincheck runs in threads; it makes an instance for each try, which
 * takes a key of its own in one shared store.
 *
 * <p>All methods may be called from any thread.
 */
@Param(name = "value", gen = IntGen.class, conf = "1:3")
public class OneKeyOperations {
  private static final AtomicLong KEYS = new AtomicLong();
  private static volatile KVStore store;

  private final String key = "key " + KEYS.incrementAndGet();

  /** Operations on a key that is not there yet. */
  public OneKeyOperations() {}

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
        store.commit(new Batch().get(key).add(key, value).put(key + " too", "x")).results();
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
    BatchResult result =
        store.commit(new Batch().ifValue(key, Integer.toString(expected)).delete(key));
    return result.applied()
        ? -1
        : result.failures().get(0).current().map(it -> parse(it.valueString())).orElse(0);
  }

  private static int parse(String value) {
    return Integer.parseInt(value);
  }

  /** What the operations mean when they come one after the other. */
  public static final class Specification {
    private int current;

    /** No value yet. */
    public Specification() {}

    /** Writes. */
    public void put(int value) {
      current = value;
    }

    /** Reads. */
    public int get() {
      return current;
    }

    /** Removes. */
    public boolean delete() {
      boolean present = current != 0;
      current = 0;
      return present;
    }

    /** Writes where there is none. */
    public boolean putIfAbsent(int value) {
      boolean absent = current == 0;
      current = absent ? value : current;
      return absent;
    }

    /** Replaces. */
    public boolean compareAndSet(int expected, int value) {
      boolean equal = current == expected;
      current = equal ? value : current;
      return equal;
    }

    /** Removes one value. */
    public boolean compareAndDelete(int expected) {
      boolean equal = current == expected;
      current = equal ? 0 : current;
      return equal;
    }

    /** Adds. */
    public long add(int value) {
      current += value;
      return current;
    }

    /** Adds. */
    public String addWithOthers(int value) {
      return current + " " + add(value);
    }

    /** Looks. */
    public boolean touch() {
      return current != 0;
    }

    /** Replaces. */
    public boolean commitIfValue(int expected, int value) {
      return compareAndSet(expected, value);
    }

    /** Removes one value. */
    public int deleteIfValue(int expected) {
      return compareAndDelete(expected) ? -1 : current;
    }

    /** Writes where there is none. */
    public boolean commitIfAbsent(int value) {
      return putIfAbsent(value);
    }
  }
}
