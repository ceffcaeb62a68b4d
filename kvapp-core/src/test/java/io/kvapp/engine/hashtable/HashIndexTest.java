package io.kvapp.engine.hashtable;

import static org.assertj.core.api.Assertions.assertThat;

import io.kvapp.engine.file.Disk;
import io.kvapp.engine.model.EngineOptions;
import io.kvapp.engine.model.StripedLocks;
import io.kvapp.engine.model.VersionedValue;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Growth beside calls, and its end where it is told to stop. */
class HashIndexTest {
  private static final int ENTRIES = 10_000;

  /** More than fill the parts of the smallest table. */
  private static final int WAITING = 80_000;

  @TempDir Path scratch;
  private final StripedLocks stripes = new StripedLocks();
  private HashIndex index;
  private List<Path> before;

  @BeforeEach
  void fill() throws Exception {
    index =
        HashIndex.create(
            new Disk(),
            scratch,
            stripes,
            null,
            EngineOptions.standard(),
            HashTableSize.SMALLEST,
            0);
    for (int i = 0; i < ENTRIES; i++) {
      index.put(key(i), i, 0, key(i));
    }
    before = tables();
  }

  @Test
  void resize_thatIsStoppedBeforeItCopies_leavesTheOldTable() throws Exception {
    index.upkeep().resize(false, false, 0, left -> false);
    assertThat(tables()).isEqualTo(before);
    assertThatAllAreThere();
    index.put(key(ENTRIES), ENTRIES, 0, key(0));
    assertThat(index.upkeep().finish()).isPresent();
  }

  @Test
  void resize_thatIsStoppedLater_leavesNoTableForTheNextOpen() throws Exception {
    index.upkeep().resize(false, false, 0, left -> left > ENTRIES / 2);
    assertThat(tables()).hasSize(2).containsAll(before);
    assertThatAllAreThere();
    assertThat(index.upkeep().finish()).isEmpty();
  }

  @Test
  void resize_isAskedLessAndLess_andEndsWithTheNewTable() throws Exception {
    long[] last = {Long.MAX_VALUE};
    index
        .upkeep()
        .resize(
            false,
            false,
            0,
            left -> {
              assertThat(left).isLessThanOrEqualTo(last[0]);
              last[0] = left;
              return true;
            });
    assertThat(last[0]).isZero();
    assertThat(tables()).hasSize(1).doesNotContainAnyElementsOf(before);
    assertThatAllAreThere();
    assertThat(index.upkeep().finish()).isPresent();
  }

  @Test
  void put_withoutRoom_waitsAsFarAsItsShareOfTheHeapGoes() throws Exception {
    addThoseThatWait();

    assertThat(index.isOverfull()).isFalse();
    assertThat(index.size()).isEqualTo(ENTRIES + WAITING);
    index.upkeep().resize(false, false, 0, left -> true);
    assertThat(index.upkeep().needsGrowth(0)).isFalse();
    assertThatAllAreThere();
    assertThat(index.upkeep().finish()).isPresent();
  }

  @Test
  void resize_besideReadersAndWriters_losesNoneOfThoseThatWait() throws Exception {
    addThoseThatWait();
    AtomicBoolean resized = new AtomicBoolean();
    CompletableFuture<Void> reading =
        CompletableFuture.runAsync(
            () -> {
              do {
                for (int i = 0; i < ENTRIES + WAITING; i++) {
                  assertThat(read(i)).as("key %d", i).isNotNull();
                }
              } while (!resized.get());
            });
    CompletableFuture<Void> writing =
        CompletableFuture.runAsync(
            () -> {
              do {
                for (int i = ENTRIES; i < ENTRIES + WAITING; i += 7) {
                  overwrite(i);
                }
              } while (!resized.get());
            });
    index.upkeep().resize(false, false, 0, left -> true);
    resized.set(true);

    reading.get(60, TimeUnit.SECONDS);
    writing.get(60, TimeUnit.SECONDS);
    assertThat(index.size()).isEqualTo(ENTRIES + WAITING);
    assertThatAllAreThere();
  }

  private void addThoseThatWait() {
    for (int i = ENTRIES; i < ENTRIES + WAITING; i++) {
      index.put(key(i), i, 0, key(i));
    }
  }

  private VersionedValue read(int i) {
    StripedLocks.Stripe stripe = stripes.of(key(i));
    long stamp = stripe.applying.readLock();
    try {
      return index.get(key(i));
    } finally {
      stripe.applying.unlockRead(stamp);
    }
  }

  private void overwrite(int i) {
    StripedLocks.Stripe stripe = stripes.of(key(i));
    stripe.writing.lock();
    try {
      long stamp = stripe.applying.writeLock();
      try {
        index.put(key(i), i, 0, key(i));
      } finally {
        stripe.applying.unlockWrite(stamp);
      }
    } finally {
      stripe.writing.unlock();
    }
  }

  private void assertThatAllAreThere() {
    for (int i = 0; i < index.size(); i++) {
      VersionedValue found = index.get(key(i));
      assertThat(found.revision()).isEqualTo(i);
      assertThat(found.value()).isEqualTo(key(i));
    }
  }

  private List<Path> tables() throws Exception {
    return Disk.list(scratch, "live-*.map");
  }

  private static byte[] key(int i) {
    return ("key " + i).getBytes(StandardCharsets.UTF_8);
  }
}
