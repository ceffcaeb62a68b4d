package io.kvapp.engine.hashtable;

import static org.assertj.core.api.Assertions.assertThat;

import io.kvapp.engine.file.Disk;
import io.kvapp.engine.model.EngineOptions;
import io.kvapp.engine.model.StripedLocks;
import io.kvapp.engine.model.VersionedValue;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The end of a growth that is told to stop. */
class HashIndexTest {
  private static final int ENTRIES = 10_000;

  @TempDir Path scratch;
  private HashIndex index;
  private List<Path> before;

  @BeforeEach
  void fill() throws Exception {
    index =
        HashIndex.create(
            new Disk(),
            scratch,
            new StripedLocks(),
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

  private void assertThatAllAreThere() {
    for (int i = 0; i < ENTRIES; i++) {
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
