package io.kvapp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.Collections;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** What a store cannot do it says, and nothing else. */
interface PartsContract extends StoreFixture {
  @Test
  default void parts_thatTheStoreCannotDo_areNamedAsSuch() {
    Path folder = scratch().resolve("backup");
    Map<Part, ThrowingCallable> calls =
        Map.of(
            Part.BACKUP, () -> store().admin().backup(folder),
            Part.RESTORE, () -> store().admin().restore(folder),
            Part.LOAD, () -> store().admin().load(Collections.emptyIterator()),
            Part.VERIFY, () -> store().admin().verify(),
            Part.COMPACT, () -> store().admin().compact(),
            Part.STATS, () -> store().admin().stats(),
            Part.RECOVERY, () -> store().admin().recovery(),
            Part.SNAPSHOT, () -> store().snapshot());

    assertThat(calls.keySet()).containsExactlyInAnyOrder(Part.values());
    calls.forEach(
        (part, call) -> {
          if (!parts().contains(part)) {
            assertThatThrownBy(call)
                .as(part.name())
                .isInstanceOf(KVException.Unsupported.class)
                .hasMessageNotContaining("\n");
          }
        });
  }

  @Test
  default void null_isRefusedByBackupAndRestore() {
    assumeParts(Part.BACKUP, Part.RESTORE);

    assertThatNullPointerException().isThrownBy(() -> store().admin().backup(null));
    assertThatNullPointerException().isThrownBy(() -> store().admin().restore(null));
  }

  @Test
  default void admin_isAlwaysTheSame_afterCloseToo() {
    StoreAdmin admin = store().admin();
    StoreLimits limits = store().limits();
    store().close();

    assertThat(store().admin()).isSameAs(admin);
    assertThat(store().limits()).isEqualTo(limits);
  }
}
