package io.kvapp.engine;

/**
 * What operations on two keys mean when they come one after the other, for Lincheck: it calls what
 * has the name of the operation. Each number stands for a value, 0 for none.
 *
 * <p>Not thread-safe.
 */
public final class TwoKeySpecification {
  private int first;
  private int second;

  /** Neither key is there. */
  public TwoKeySpecification() {}

  /** Writes. */
  public void put(int value) {
    first = value;
  }

  /** Writes; whether there was none. */
  public boolean createOrReplace(int value) {
    boolean absent = first == 0;
    first = value;
    return absent;
  }

  /** Reads. */
  public int get() {
    return first;
  }

  /** Removes; whether there was one. */
  public boolean delete() {
    boolean present = first != 0;
    first = 0;
    return present;
  }

  /** Writes where there is none; whether it did. */
  public boolean putIfAbsent(int value) {
    return create(value) == 0;
  }

  /** Writes where there is none; whether it did. */
  public boolean commitIfAbsent(int value) {
    return putIfAbsent(value);
  }

  /** Writes where there is none; what is there instead, 0 if it did. */
  public int create(int value) {
    int before = first;
    first = before == 0 ? value : before;
    return before;
  }

  /** Writes where there is one; whether it did. */
  public boolean replace(int value) {
    boolean present = first != 0;
    first = present ? value : 0;
    return present;
  }

  /** Replaces one value; whether it did. */
  public boolean compareAndSet(int expected, int value) {
    boolean equal = first == expected;
    first = equal ? value : first;
    return equal;
  }

  /** Replaces one value; whether it did. */
  public boolean commitIfValue(int expected, int value) {
    return compareAndSet(expected, value);
  }

  /** Removes one value; whether it did. */
  public boolean compareAndDelete(int expected) {
    return compareAndSet(expected, 0);
  }

  /** Removes one value; what is there instead, -1 if it did. */
  public int deleteIfValue(int expected) {
    return compareAndDelete(expected) ? -1 : first;
  }

  /** Adds; the sum. */
  public long add(int value) {
    first += value;
    return first;
  }

  /** Adds; what was there before and the sum. */
  public String addWithOthers(int value) {
    return first + " " + add(value);
  }

  /** Whether there is one. */
  public boolean touch() {
    return first != 0;
  }

  /** Adds to both; the sums. */
  public String addToBoth(int value) {
    first += value;
    second += value;
    return getBoth();
  }

  /** Moves the first to the second if it has this value; the first as it is, -1 if it did. */
  public int move(int expected) {
    if (first != expected) {
      return first;
    }
    first = 0;
    second = expected;
    return -1;
  }

  /** Reads both. */
  public String getBoth() {
    return first + " " + second;
  }

  /** Reads both. */
  public String scanBoth() {
    return getBoth();
  }
}
