package io.kvapp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Supplier;

/**
 * A batch of random conditions and operations, with what it has to come to on a {@link SortedModel}
 * worked out one operation after the other.
 *
 * <p>Used by one thread, for one batch.
 */
final class RandomBatch {
  private final Random random;
  private final SortedModel model;
  private final StoreLimits limits;
  private final long now;
  private final Batch batch = new Batch();
  private final List<BatchResult.Failure> failures = new ArrayList<>();
  private final List<OperationResult> results = new ArrayList<>();

  /** What the batch has changed so far; empty for no entry. */
  private final Map<byte[], Optional<Entry>> changed = new TreeMap<>(Arrays::compareUnsigned);

  private Class<? extends RuntimeException> fault;
  private long bytes;

  RandomBatch(Random random, SortedModel model, StoreLimits limits, long now) {
    this.random = random;
    this.model = model;
    this.limits = limits;
    this.now = now;
  }

  /** Draws the batch. */
  void draw(Supplier<byte[]> keys, Supplier<byte[]> values) {
    for (int i = random.nextInt(1 + Math.min(2, limits.maxBatchConditions())); i > 0; i--) {
      drawCondition(keys.get());
    }
    long drawn = 0;
    for (int i = random.nextInt(1 + Math.min(11, limits.maxBatchOperations())); i > 0; i--) {
      byte[] key = keys.get();
      byte[] value = random.nextInt(3) == 0 ? StoreFixture.utf8("" + number()) : values.get();
      drawn += key.length + value.length;
      if (drawn > limits.maxBatchBytes()) {
        break;
      }
      drawOperation(key, value);
    }
  }

  private void drawCondition(byte[] key) {
    Optional<Entry> entry = model.entry(key);
    long revision = entry.map(Entry::revision).orElse(0L);
    boolean right = random.nextInt(5) > 0;
    boolean holds = right;
    switch (random.nextInt(3)) {
      case 0 -> batch.ifRevision(key, right ? revision : revision + 1);
      case 1 -> {
        byte[] value = entry.map(Entry::value).orElse(new byte[0]);
        byte[] other = Arrays.copyOf(value, value.length + (value.length == 0 ? 1 : -1));
        holds = right && entry.isPresent();
        batch.ifValue(key, right ? value : other);
      }
      default -> {
        boolean present = random.nextBoolean();
        holds = present == entry.isPresent();
        if (present) {
          batch.ifPresent(key);
        } else {
          batch.ifAbsent(key);
        }
      }
    }
    if (!holds) {
      failures.add(new BatchResult.Failure(batch.conditions().size() - 1, entry));
    }
  }

  private void drawOperation(byte[] key, byte[] value) {
    switch (random.nextInt(8)) {
      case 0 -> batch.delete(key);
      case 1 -> batch.touch(key, expiry());
      case 2, 3 -> batch.add(key, number(), expiry());
      case 4 -> batch.get(key);
      default -> batch.put(key, value, expiry());
    }
  }

  private long number() {
    return switch (random.nextInt(20)) {
      case 0 -> Long.MAX_VALUE - random.nextInt(3);
      case 1 -> Long.MIN_VALUE + random.nextInt(3);
      default -> random.nextInt(2_000) - 1_000;
    };
  }

  private Expiry expiry() {
    return switch (random.nextInt(6)) {
      case 0 -> Expiry.keep();
      case 1 -> Expiry.in(Duration.ofMillis(1 + random.nextInt(3_000)));
      case 2 -> Expiry.at(Instant.ofEpochMilli(now + random.nextInt(3_000) - 500));
      default -> Expiry.never();
    };
  }

  /** Commits it, compares what comes of it, and brings the model to that; returns the revision. */
  long commit(KVStore store) {
    if (failures.isEmpty()) {
      evaluate();
    }
    BatchResult[] result = new BatchResult[1];
    Throwable thrown = catchThrowable(() -> result[0] = store.commit(batch));
    if (failures.isEmpty() && fault != null) {
      assertThat(thrown).isInstanceOf(fault);
      return 0;
    }
    assertThat(thrown).isNull();
    assertThat(result[0].failures()).isEqualTo(failures);
    assertThat(result[0].results()).isEqualTo(results);
    long revision = result[0].revision();
    boolean writes = false;
    for (Map.Entry<byte[], Optional<Entry>> each : changed.entrySet()) {
      byte[] key = each.getKey();
      if (each.getValue().isPresent()) {
        Entry entry = each.getValue().get();
        model.put(new Entry(key, entry.value(), revision, entry.expiresAtMillis()));
        writes = true;
      } else {
        writes |= model.delete(key);
      }
    }
    assertThat(revision > 0).as("writes").isEqualTo(writes);
    return revision;
  }

  private void evaluate() {
    for (BatchOperation operation : batch.operations()) {
      byte[] key = operation.key();
      Optional<Entry> before = changed.getOrDefault(key, model.entry(key));
      if (operation instanceof BatchOperation.Put put) {
        results.add(
            new OperationResult.Put(before.isEmpty(), set(key, put.value(), put.expiry(), before)));
      } else if (operation instanceof BatchOperation.Delete) {
        results.add(new OperationResult.Delete(before.isPresent()));
        changed.put(key, Optional.empty());
      } else if (operation instanceof BatchOperation.Touch touch) {
        long expiresAt =
            before.isEmpty() ? 0 : set(key, before.get().value(), touch.expiry(), before);
        results.add(new OperationResult.Touch(before.isPresent(), expiresAt));
      } else if (operation instanceof BatchOperation.Add add) {
        add(key, add, before);
      } else {
        model.entry(key).ifPresent(entry -> count(key, entry.value()));
        results.add(new OperationResult.Get(model.entry(key)));
      }
      if (fault != null) {
        return;
      }
    }
  }

  private void add(byte[] key, BatchOperation.Add add, Optional<Entry> before) {
    String text = before.map(Entry::valueString).orElse("0");
    if (!text.matches("-?[0-9]{1,19}") || new BigInteger(text).bitLength() >= Long.SIZE) {
      fault = KVException.NotANumber.class;
      return;
    }
    BigInteger sum = new BigInteger(text).add(BigInteger.valueOf(add.delta()));
    if (sum.bitLength() >= Long.SIZE) {
      fault = KVException.Overflow.class;
      return;
    }
    Expiry expiry = before.isPresent() ? Expiry.keep() : add.ofNew();
    long expiresAt = set(key, StoreFixture.utf8(sum.toString()), expiry, before);
    results.add(new OperationResult.Add(sum.longValue(), expiresAt));
  }

  private long set(byte[] key, byte[] value, Expiry expiry, Optional<Entry> before) {
    count(key, value);
    long expiresAt = 0;
    if (expiry instanceof Expiry.In in) {
      expiresAt = now + in.ttl().toMillis();
    } else if (expiry instanceof Expiry.At at) {
      expiresAt = at.moment().toEpochMilli();
    } else if (expiry instanceof Expiry.Keep) {
      expiresAt = before.map(Entry::expiresAtMillis).orElse(0L);
    }
    boolean lives = expiresAt == 0 || expiresAt > now;
    changed.put(key, lives ? Optional.of(new Entry(key, value, 1, expiresAt)) : Optional.empty());
    return expiresAt;
  }

  private void count(byte[] key, byte[] value) {
    bytes += key.length + value.length;
    if (bytes > limits.maxBatchBytes()) {
      fault = IllegalArgumentException.class;
    }
  }
}
