package io.kvapp.engine.changes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kvapp.Batch;
import io.kvapp.Change;
import io.kvapp.Change.Kind;
import io.kvapp.Changes;
import io.kvapp.KVStore;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Readers of changes are told how much comes before it is read, and may put it off. */
class ChangesRoomTest {
  private static final int LARGE = 200_000;

  @TempDir Path folder;

  private final List<Long> told = new ArrayList<>();
  private boolean full;

  @Test
  void heapStore_tellsBeforeItReads() {
    check(KVStore.inMemory());
  }

  @Test
  void diskStore_tellsBeforeItReads() {
    check(KVStore.open(folder.resolve("store")));
  }

  private void check(KVStore store) {
    try (store;
        Changes changes =
            store.changes(Changes.all().withState().maxValueBytes(LARGE).room(this::claim))) {
      store.put("a", "x".repeat(LARGE));
      store.put("b", "x".repeat(LARGE + 1));
      store.put("c", "x");
      assertThat(next(changes)).containsExactly("RESET");
      full = true;
      assertThatThrownBy(() -> next(changes)).isInstanceOf(ArithmeticException.class);
      full = false;
      assertThat(next(changes)).containsExactly("PUT a 200000");
      assertThat(told.get(told.size() - 1)).isBetween(LARGE + 1L, LARGE + 1_000L);
      assertThat(next(changes)).containsExactly("PUT b 0");
      assertThat(next(changes)).containsExactly("PUT c 1");
      assertThat(next(changes)).containsExactly("SYNCED");

      full = true;
      store.commit(
          new Batch().put("d", "x".repeat(LARGE)).delete("c").put("e", "x".repeat(LARGE + 1)));
      store.put("f", "x");
      assertThatThrownBy(() -> next(changes)).isInstanceOf(ArithmeticException.class);
      assertThatThrownBy(() -> next(changes)).isInstanceOf(ArithmeticException.class);
      full = false;
      assertThat(next(changes)).containsExactlyInAnyOrder("PUT d 200000", "DELETE c", "PUT e 0");
      assertThat(told.get(told.size() - 1)).isBetween(LARGE + 3L, LARGE + 1_000L);
      assertThat(next(changes)).containsExactly("PUT f 1");
    }
  }

  private void claim(long bytes) {
    if (full) {
      throw new ArithmeticException("no room");
    }
    told.add(bytes);
  }

  private static List<String> next(Changes changes) {
    List<String> lines = new ArrayList<>();
    for (Change change : changes.next(Duration.ZERO)) {
      String key = change.key().length == 0 ? "" : " " + change.keyString();
      lines.add(
          change.kind() + key + (change.kind() == Kind.PUT ? " " + change.value().length : ""));
    }
    return lines;
  }
}
