package io.kvapp;

import static io.kvapp.StoreFixture.everything;
import static io.kvapp.StoreFixture.utf8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** Backups of a store in use, and stores filled from them. */
interface BackupContract extends StoreFixture {
  @Test
  default void restore_bringsBackEveryEntryWithItsTimeToLive() {
    assumeParts(Part.BACKUP, Part.RESTORE);
    for (int i = 0; i < 500; i++) {
      store().put("key " + i, "value " + i);
    }
    store().put(utf8("large"), new byte[store().limits().maxValueBytes()]);
    store().put(utf8("empty"), new byte[0]);
    store().put("ttl", "value", Duration.ofHours(1));
    store().put("short", "value", Duration.ofSeconds(1));
    store().delete("key 7");
    List<Entry> before = everything(store());
    Path backup = scratch().resolve("backup");
    store().admin().backup(backup);
    store().put("key 1", "changed");
    store().put("later", "value");
    clock().advance(Duration.ofSeconds(1));

    try (KVStore other = other("other")) {
      assertThat(other.admin().restore(backup)).isEqualTo(before.size() - 1);
      List<Entry> restored = everything(other);
      assertThat(restored).hasSize(before.size() - 1);
      for (Entry entry : before) {
        if (!entry.keyString().equals("short")) {
          Entry found = other.entry(entry.key()).orElseThrow();
          assertThat(found.value()).isEqualTo(entry.value());
          assertThat(found.expiresAtMillis()).isEqualTo(entry.expiresAtMillis());
          assertThat(found.revision()).isPositive();
        }
      }
      long newest = restored.stream().mapToLong(Entry::revision).max().orElseThrow();
      assertThat(other.put("after", "value")).isGreaterThan(newest);
      if (parts().contains(Part.VERIFY)) {
        assertThat(other.admin().verify().faults()).isEmpty();
      }
      clock().advance(Duration.ofHours(1));
      assertThat(other.get("ttl")).isEmpty();
    }
  }

  @Test
  default void backup_intoAnEmptyFolder_works() throws IOException {
    assumeParts(Part.BACKUP, Part.RESTORE);
    store().put("key", "value");
    Path backup = Files.createDirectory(scratch().resolve("backup"));
    store().admin().backup(backup);

    try (KVStore other = other("other")) {
      assertThat(other.admin().restore(backup)).isEqualTo(1);
      assertThat(other.get("key")).hasValue("value");
    }
  }

  @Test
  default void backup_ofAnEmptyStore_restoresToAnEmptyOne() {
    assumeParts(Part.BACKUP, Part.RESTORE);
    Path backup = scratch().resolve("backup");
    store().admin().backup(backup);

    try (KVStore other = other("other")) {
      assertThat(other.admin().restore(backup)).isZero();
      assertThat(other.size()).isZero();
    }
  }

  @Test
  default void backup_intoAFolderThatIsNotEmpty_isRefusedAndLeavesItAlone() throws IOException {
    assumeParts(Part.BACKUP, Part.RESTORE);
    store().put("key", "value");
    Path backup = Files.createDirectory(scratch().resolve("backup"));
    Files.writeString(backup.resolve("mine"), "text");

    assertThatThrownBy(() -> store().admin().backup(backup))
        .isInstanceOf(KVException.FolderUnusable.class)
        .hasMessageContaining(backup.toString());
    try (var files = Files.list(backup)) {
      assertThat(files).containsExactly(backup.resolve("mine"));
    }
  }

  @Test
  default void backup_whereNoFolderCanBe_isRefused() throws IOException {
    assumeParts(Part.BACKUP, Part.RESTORE);
    Path file = Files.writeString(scratch().resolve("file"), "text");

    assertThatThrownBy(() -> store().admin().backup(file.resolve("backup")))
        .isInstanceOf(KVException.FolderUnusable.class)
        .hasMessageContaining(file.toString());
  }

  @Test
  default void restore_intoAStoreThatIsNotEmpty_isRefused() {
    assumeParts(Part.BACKUP, Part.RESTORE);
    store().put("key", "value");
    Path backup = scratch().resolve("backup");
    store().admin().backup(backup);
    store().put("key", "changed");

    assertThatThrownBy(() -> store().admin().restore(backup))
        .isInstanceOf(KVException.WrongState.class);
    assertThat(store().get("key")).hasValue("changed");
    assertThat(store().size()).isEqualTo(1);
  }

  @Test
  default void restore_ofWhatIsNoBackup_isRefused() throws IOException {
    assumeParts(Part.BACKUP, Part.RESTORE);
    Path empty = Files.createDirectory(scratch().resolve("empty"));

    assertThatThrownBy(() -> store().admin().restore(empty))
        .isInstanceOf(KVException.Corrupt.class);
    assertThatThrownBy(() -> store().admin().restore(scratch().resolve("missing")))
        .isInstanceOf(KVException.Corrupt.class);
    assertThat(store().size()).isZero();
  }

  @Test
  default void restore_ofAnEntryThatIsTooLarge_isRefused() {
    assumeParts(Part.BACKUP, Part.RESTORE);
    store().put(utf8("large"), new byte[1_001]);
    Path backup = scratch().resolve("backup");
    store().admin().backup(backup);

    StoreOptions options = StoreFixture.options(clock());
    try (KVStore other = open(scratch().resolve("other"), options.withMaxValueBytes(1_000))) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> other.admin().restore(backup))
          .withMessageContaining("value")
          .withMessageContaining("1000");
      assertThat(other.size()).isZero();
    }
  }

  @Test
  default void backup_isOfOneMomentWhileWritersGoOn() {
    assumeParts(Part.BACKUP, Part.RESTORE);
    AtomicBoolean done = new AtomicBoolean();
    store().commit(new Batch().put("a", "0").put("z", "0"));
    Callable<Integer> writer =
        () -> {
          int round = 1;
          for (; !done.get(); round++) {
            String value = Integer.toString(round);
            store().commit(new Batch().put("a", value).put("z", value));
          }
          return round;
        };
    Callable<Integer> backups =
        () -> {
          try {
            for (int i = 0; i < 5; i++) {
              store().admin().backup(scratch().resolve("backup " + i));
            }
          } finally {
            done.set(true);
          }
          return 5;
        };
    Threads.together(List.of(writer, backups));

    List<Integer> rounds = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      try (KVStore other = other("other " + i)) {
        other.admin().restore(scratch().resolve("backup " + i));
        assertThat(other.get("a")).isPresent().isEqualTo(other.get("z"));
        rounds.add(Integer.parseInt(other.get("a").orElseThrow()));
      }
    }
    assertThat(rounds).isSorted();
  }

  private KVStore other(String name) {
    return open(scratch().resolve(name), StoreFixture.options(clock()));
  }
}
