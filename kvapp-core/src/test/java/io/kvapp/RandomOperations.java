package io.kvapp;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;

/**
 * A seeded run of random operations on a store, whose every answer is held against a {@link
 * SortedModel}. Restarts, compactions and the passing of time are among the operations.
 *
 * <p>Used by one thread.
 */
public final class RandomOperations {
  private static final int[] KEY_BYTES = {0, 1, 'a', 'b', 0x7f, 0x80, 0xfe, 0xff};
  private static final int FULL_COMPARISON_EVERY = 500;
  private static final long PATIENCE_NANOS = Duration.ofSeconds(60).toNanos();

  private final StoreFixture fixture;
  private final SortedModel model;
  private final Random random;
  private final long seed;
  private long newestRevision;

  /** A run on the store of a fixture. */
  public RandomOperations(StoreFixture fixture, long seed) {
    this.fixture = fixture;
    this.seed = seed;
    random = new Random(seed);
    model = new SortedModel(fixture.clock());
  }

  /**
   * Runs so many operations.
   *
   * @throws AssertionError naming seed and step when an answer is wrong
   */
  public void run(int steps) {
    int step = 0;
    try {
      for (; step < steps; step++) {
        once();
        if (step % FULL_COMPARISON_EVERY == 0) {
          compareAll();
        }
      }
      compareAll();
    } catch (AssertionError | RuntimeException failure) {
      throw new AssertionError(
          "seed " + seed + ", step " + step + ": " + failure.getMessage(), failure);
    }
  }

  private void once() {
    int dice = random.nextInt(1_000);
    if (dice < 200) {
      put();
    } else if (dice < 260) {
      putWithTtl();
    } else if (dice < 360) {
      delete();
    } else if (dice < 420) {
      putIfAbsent();
    } else if (dice < 500) {
      compareAndSet();
    } else if (dice < 540) {
      compareAndDelete();
    } else if (dice < 550) {
      touch();
    } else if (dice < 552) {
      deletePrefix();
    } else if (dice < 640) {
      commit();
    } else if (dice < 800) {
      get();
    } else if (dice < 940) {
      scan();
    } else if (dice < 970) {
      count();
    } else if (dice < 994) {
      fixture.clock().advanceMillis(random.nextInt(300));
    } else if (dice < 997) {
      if (fixture.parts().contains(StoreFixture.Part.COMPACT)) {
        store().admin().compact();
      }
    } else {
      fixture.restart();
    }
  }

  private void put() {
    byte[] key = key();
    byte[] value = value();
    model.put(key, value, grown(store().put(key, value)), null);
  }

  private void putWithTtl() {
    byte[] key = key();
    byte[] value = value();
    Duration ttl = ttl();
    model.put(key, value, grown(store().put(key, value, ttl)), ttl);
  }

  private void delete() {
    byte[] key = key();
    assertThat(store().delete(key)).isEqualTo(model.delete(key));
  }

  private void putIfAbsent() {
    byte[] key = key();
    byte[] value = value();
    Duration ttl = random.nextInt(3) == 0 ? ttl() : null;
    OptionalLong revision =
        ttl == null ? store().putIfAbsent(key, value) : store().putIfAbsent(key, value, ttl);
    assertThat(revision.isPresent()).isEqualTo(model.revision(key) == 0);
    revision.ifPresent(number -> model.put(key, value, grown(number), ttl));
  }

  private void compareAndSet() {
    byte[] key = key();
    byte[] value = value();
    long expected = expectedRevision(key);
    Duration ttl = random.nextInt(3) == 0 ? ttl() : null;
    OptionalLong revision =
        ttl == null
            ? store().compareAndSet(key, expected, value)
            : store().compareAndSet(key, expected, value, ttl);
    assertThat(revision.isPresent()).isEqualTo(model.revision(key) == expected);
    revision.ifPresent(number -> model.put(key, value, grown(number), ttl));
  }

  private void compareAndDelete() {
    byte[] key = key();
    long expected = expectedRevision(key);
    boolean removable = model.revision(key) == expected && expected != 0;
    assertThat(store().compareAndDelete(key, expected)).isEqualTo(removable);
    if (removable) {
      model.delete(key);
    }
  }

  private void commit() {
    RandomBatch batch = new RandomBatch(random, model, store().limits(), fixture.clock().millis());
    batch.draw(this::key, this::value);
    long revision = batch.commit(store());
    if (revision > 0) {
      grown(revision);
    }
    awaitNewestRevision();
  }

  /** Waits until the store tells the newest revision, below which a sweep may hold it meanwhile. */
  private void awaitNewestRevision() {
    long told = 0;
    long end = System.nanoTime() + PATIENCE_NANOS;
    while (told < newestRevision) {
      long revision = store().revision();
      assertThat(revision).isGreaterThanOrEqualTo(told);
      assertThat(System.nanoTime()).as("revision %s", revision).isLessThan(end);
      told = revision;
    }
  }

  private void touch() {
    byte[] key = key();
    Duration ttl = ttl();
    Optional<Entry> before = model.entry(key);
    assertThat(store().touch(key, ttl)).isEqualTo(before.isPresent());
    if (before.isPresent()) {
      // Not the store's revision, as a sweep may write meanwhile.
      long revision = store().entry(key).orElseThrow().revision();
      model.put(key, before.get().value(), grown(revision), ttl);
    }
  }

  private void deletePrefix() {
    byte[] prefix = Arrays.copyOf(key(), 2);
    List<Entry> expected = model.scan(Scan.prefix(prefix));
    assertThat(store().deletePrefix(prefix)).isEqualTo(expected.size());
    expected.forEach(entry -> model.delete(entry.key()));
  }

  private void get() {
    byte[] key = key();
    assertThat(store().entry(key)).isEqualTo(model.entry(key));
    assertThat(store().get(key).map(Arrays::hashCode))
        .isEqualTo(model.entry(key).map(entry -> Arrays.hashCode(entry.value())));
  }

  private void scan() {
    Scan scan =
        switch (random.nextInt(3)) {
          case 0 -> Scan.all();
          case 1 -> Scan.prefix(prefix());
          default ->
              Scan.range(
                  random.nextInt(4) == 0 ? null : key(), random.nextInt(4) == 0 ? null : key());
        };
    scan = scan.limit(1 + random.nextInt(50));
    scan = random.nextBoolean() ? scan.reversed() : scan;
    scan = random.nextInt(4) == 0 ? scan.keysOnly() : scan;
    scan = random.nextInt(3) == 0 ? scan.after(key()) : scan;
    scan = random.nextInt(3) == 0 ? scan.maxBytes(1 + random.nextInt(5_000)) : scan;
    Page page = store().scan(scan);
    List<Entry> expected = model.scan(scan);

    int found = page.entries().size();
    assertThat(found).as("%s", scan).isBetween(0, Math.min(scan.limit(), expected.size()));
    assertThat(page.entries()).as("%s", scan).isEqualTo(expected.subList(0, found));
    assertThat(page.more()).as("more of %s", scan).isEqualTo(expected.size() > found);
    assertThat(found > 0 || !page.more()).as("progress of %s", scan).isTrue();
    long bytes =
        page.entries().stream().mapToLong(each -> each.key().length + each.value().length).sum();
    assertThat(found < 2 || bytes <= scan.maxBytes()).as("bytes of %s", scan).isTrue();
  }

  private void count() {
    byte[] prefix = prefix();
    assertThat(store().count(prefix)).isEqualTo(model.scan(Scan.prefix(prefix)).size());
    Scan behind = Scan.prefix(prefix).after(key());
    behind = random.nextBoolean() ? behind.reversed() : behind;
    assertThat(store().count(behind)).isEqualTo(model.scan(behind).size());
    assertThat(store().size()).isEqualTo(model.scan(Scan.all()).size());
  }

  private void compareAll() {
    assertThat(StoreFixture.everything(store())).isEqualTo(model.scan(Scan.all()));
    assertThat(store().size()).isEqualTo(model.scan(Scan.all()).size());
    if (fixture.parts().contains(StoreFixture.Part.VERIFY)) {
      assertThat(store().admin().verify().faults()).isEmpty();
    }
  }

  private KVStore store() {
    return fixture.store();
  }

  private long grown(long revision) {
    assertThat(revision).isGreaterThan(newestRevision);
    newestRevision = revision;
    return revision;
  }

  /** Mostly one of some hundred short keys, so that they meet again; at times a long one. */
  private byte[] key() {
    int length = random.nextInt(100) == 0 ? store().limits().maxKeyBytes() : 1 + random.nextInt(3);
    byte[] key = new byte[length];
    for (int i = 0; i < Math.min(length, 3); i++) {
      key[i] = (byte) KEY_BYTES[random.nextInt(KEY_BYTES.length)];
    }
    return key;
  }

  private byte[] prefix() {
    return Arrays.copyOf(key(), random.nextInt(3));
  }

  private byte[] value() {
    int length =
        switch (random.nextInt(50)) {
          case 0 -> random.nextInt(100_000);
          case 1, 2 -> random.nextInt(5_000);
          case 3 -> 0;
          default -> random.nextInt(200);
        };
    byte[] value = new byte[Math.min(length, store().limits().maxValueBytes())];
    random.nextBytes(value);
    return value;
  }

  private Duration ttl() {
    return Duration.ofMillis(1 + random.nextInt(3_000));
  }

  /** Mostly the right revision, else none or another one. */
  private long expectedRevision(byte[] key) {
    return switch (random.nextInt(5)) {
      case 0 -> 0;
      case 1 -> 1 + random.nextInt((int) Math.min(newestRevision + 2, Integer.MAX_VALUE));
      default -> model.revision(key);
    };
  }
}
