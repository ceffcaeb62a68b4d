package io.kvapp.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.kvapp.TestClock;
import io.kvapp.engine.file.Disk;
import io.kvapp.engine.hashtable.HashIndex;
import io.kvapp.engine.hashtable.HashTableSize;
import io.kvapp.engine.model.EngineOptions;
import io.kvapp.engine.model.StripedLocks;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** When the hash table is synced. */
class HashTableSyncTest {
  @TempDir Path folder;

  private final TestClock clock = new TestClock();
  private long revision = 1;
  private int syncs;
  private HashIndex index;
  private HashTableSync sync;

  @BeforeEach
  void create() throws IOException {
    Disk counting =
        new Disk() {
          @Override
          public void force(FileChannel channel, Path file) {
            syncs++;
          }
        };
    index =
        HashIndex.create(
            counting,
            folder,
            new StripedLocks(),
            () -> null,
            EngineOptions.standard(),
            new HashTableSize(1_000, 23, 100),
            0);
    sync = new HashTableSync(index, () -> revision, clock);
  }

  @AfterEach
  void close() {
    index.close();
  }

  @Test
  void aMinuteWithoutWrites_bringsNoSync() throws IOException {
    assertThat(syncsInMinutes(5)).isZero();
  }

  @Test
  void writesAllTheTime_bringASyncAMinute() throws IOException {
    for (int second = 0; second < 600; second++) {
      revision++;
      clock.advanceMillis(1_000);
      sync.runIfDue();
    }

    assertThat(syncs).isEqualTo(10);
  }

  @Test
  void theLastWrite_isFollowedByTwoSyncs() throws IOException {
    revision++;

    assertThat(syncsInMinutes(5)).isEqualTo(2);
    assertThat(syncsInMinutes(5)).isEqualTo(2);
  }

  @Test
  void aNewHashTable_isSyncedOnce() throws IOException {
    sync.noteRewrite();

    assertThat(syncsInMinutes(5)).isEqualTo(1);
  }

  @Test
  void aClockThatIsSetBack_makesASyncDue() throws IOException {
    revision++;
    clock.set(0);
    sync.runIfDue();

    assertThat(syncs).isEqualTo(1);
  }

  private int syncsInMinutes(int minutes) throws IOException {
    for (int minute = 0; minute < minutes; minute++) {
      clock.advanceMillis(HashTableSync.PACE_MILLIS);
      sync.runIfDue();
    }
    return syncs;
  }
}
