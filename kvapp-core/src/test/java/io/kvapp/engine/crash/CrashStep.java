package io.kvapp.engine.crash;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * What a writer of a crash test does at one step: a function of workload, seed, cycle, writer and
 * number, so that the process that checks knows it without being told by the one that dies.
 *
 * <p>Each writer has keys of its own. Besides, a batch may write both halves of a pair, and pairs
 * are shared by all writers.
 */
final class CrashStep {
  static final int WRITERS = 4;
  static final int PAIRS = 40;
  private static final int LARGE_KEYS = 25;
  private static final long[] TTLS = {5_000, 15_000, 3_600_000};

  /** How the writer calls the store. */
  enum Kind {
    PUT,
    PUT_TTL,
    PUT_IF_ABSENT,
    SET,
    SET_WRONG,
    DELETE,
    DELETE_BY_REVISION,
    BATCH,
    BATCH_WRONG
  }

  /** Says which value it is: what the bytes are derived from. */
  record Stamp(long seed, int length) {
    byte[] value() {
      byte[] value = new byte[length];
      new SplittableRandom(seed).nextBytes(value);
      return value;
    }
  }

  /** One key with its new value; a null stamp deletes, a time to live of 0 is for ever. */
  record Change(String key, Stamp stamp, long ttlMillis) {
    byte[] keyBytes() {
      return CrashStep.bytes(key);
    }
  }

  final Kind kind;
  final List<Change> changes = new ArrayList<>();

  /** The pair that is written too; -1 for none. */
  final int pair;

  private final Workload workload;
  private final SplittableRandom random;

  CrashStep(Workload workload, long seed, int cycle, int writer, int number) {
    this.workload = workload;
    random = new SplittableRandom(((seed * 31 + cycle) * 31 + writer) * 1_000_003 + number);
    random.nextLong();
    kind = workload.kind(random.nextInt(100));
    boolean batch = kind == Kind.BATCH || kind == Kind.BATCH_WRONG;
    int count = !batch ? 1 : random.nextInt(5) == 0 ? 200 : 1 + random.nextInt(20);
    for (int i = 0; i < count; i++) {
      changes.add(change(writer, batch && i > 0, count == 200));
    }
    pair = kind == Kind.BATCH && random.nextBoolean() ? random.nextInt(PAIRS) : -1;
    if (pair >= 0) {
      changes.add(new Change(pairKey(pair, 'a'), stamp(random.nextInt(300)), 0));
      changes.add(new Change(pairKey(pair, 'b'), stamp(random.nextInt(300)), 0));
    }
  }

  private Change change(int writer, boolean mayDelete, boolean tiny) {
    boolean delete =
        kind == Kind.DELETE
            || kind == Kind.DELETE_BY_REVISION
            || mayDelete && random.nextInt(4) == 0;
    boolean small = tiny || !workload.hasLargeValues();
    int length = small ? random.nextInt(tiny ? 30 : 200) : length(random.nextInt(1_000));
    int index = length > 20_000 ? random.nextInt(LARGE_KEYS) : random.nextInt(workload.keys);
    boolean expires = kind == Kind.PUT_TTL || kind == Kind.BATCH && random.nextInt(20) == 0;
    long ttl = expires && !delete ? TTLS[random.nextInt(TTLS.length)] : 0;
    return new Change(workload.key(writer, index), delete ? null : stamp(length), ttl);
  }

  private int length(int perMille) {
    if (perMille < 1) {
      return 300_000 + random.nextInt(300_000);
    }
    if (perMille < 5) {
      return 50_000 + random.nextInt(100_000);
    }
    if (perMille < 25) {
      return 4_000 + random.nextInt(16_000);
    }
    return perMille < 100 ? 1_500 + random.nextInt(1_000) : random.nextInt(200);
  }

  private Stamp stamp(int length) {
    return new Stamp(random.nextLong(), length);
  }

  static String prefix(int writer) {
    return "w" + writer + "/";
  }

  static String pairKey(int pair, char half) {
    return "pair/" + pair + "/" + half;
  }

  static byte[] bytes(String key) {
    return key.getBytes(StandardCharsets.UTF_8);
  }
}
