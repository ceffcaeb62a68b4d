package io.kvapp.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kvapp.KVException;
import io.kvapp.KVStore;
import io.kvapp.StoreOptions;
import io.kvapp.engine.file.Disk;
import io.kvapp.engine.file.NoSpaceException;
import io.kvapp.engine.model.EngineOptions;
import io.kvapp.engine.sstable.SSTable;
import io.kvapp.engine.tree.Manifest;
import io.kvapp.engine.tree.ManifestDisk;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class CloseTest {
  private static final EngineOptions SMALL =
      new EngineOptions(64 << 10, 256 << 10, 1 << 20, 200 << 10, 1_000);

  /** Flushes and compacts nothing on its own within a test. */
  private static final EngineOptions NEVER_IDLE =
      new EngineOptions(4 << 20, 16 << 20, 4L << 30, 96 << 20, 600_000);

  private static final int OVERWRITTEN = 12_000;

  @TempDir Path scratch;

  @Test
  @Timeout(60)
  void close_whileAWriterWaitsForRoom_refusesTheWrite() throws Exception {
    StuckDisk disk = new StuckDisk();
    KVStore store = DiskStore.open(folder(), StoreOptions.defaults(), disk, SMALL);
    CompletableFuture<KVException> refused = new CompletableFuture<>();
    Thread writer =
        new Thread(
            () -> {
              try {
                for (int i = 0; ; i++) {
                  store.put("key " + i, "value");
                }
              } catch (KVException closed) {
                refused.complete(closed);
              }
            });
    writer.start();
    assertThat(disk.reached.await(30, TimeUnit.SECONDS)).isTrue();
    while (writer.getState() != Thread.State.WAITING) {
      Thread.onSpinWait();
    }
    CompletableFuture<Void> closing = CompletableFuture.runAsync(store::close);

    assertThat(refused.get(30, TimeUnit.SECONDS)).isInstanceOf(KVException.WrongState.class);
    disk.goOn.countDown();
    closing.get(30, TimeUnit.SECONDS);
    writer.join();
    try (KVStore again = KVStore.open(folder())) {
      assertThat(again.admin().recovery().clean()).isTrue();
    }
  }

  @Test
  @Timeout(60)
  void close_besideCompact_endsItOrRefusesIt() {
    for (int round = 0; round < 20; round++) {
      KVStore store = KVStore.open(folder());
      store.put("key", "value");
      CompletableFuture<Void> compacting = CompletableFuture.runAsync(store.admin()::compact);
      store.close();
      try {
        compacting.join();
      } catch (CompletionException refused) {
        assertThat(refused).hasCauseInstanceOf(KVException.WrongState.class);
      }
    }
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void close_withoutSpaceForAnSSTable_keepsTheJournalButMapsNothingOfIt() throws Exception {
    AtomicBoolean full = new AtomicBoolean();
    Disk disk =
        new Disk() {
          @Override
          public FileChannel create(Path file) throws IOException {
            if (full.get() && file.getFileName().toString().startsWith("snapshot-")) {
              throw new NoSpaceException(file, 0, null);
            }
            return super.create(file);
          }
        };
    KVStore store = DiskStore.open(folder(), StoreOptions.defaults(), disk, SMALL);
    store.put("first", "value");
    store.admin().compact();
    full.set(true);
    for (int i = 0; i < 1_500; i++) {
      store.put("key " + i, "v".repeat(200));
    }

    assertThatThrownBy(store::close)
        .isInstanceOf(KVException.NoSpace.class)
        .hasMessage(
            "no space left on the disk of %s to close its store cleanly; nothing is lost, and the"
                + " next open recovers it once there is space",
            folder());

    assertThat(Files.readString(Path.of("/proc/self/maps")))
        .doesNotContain(folder().toRealPath().toString());
    try (KVStore again = KVStore.open(folder())) {
      assertThat(again.admin().recovery().clean()).isFalse();
      assertThat(again.size()).isEqualTo(1_501);
    }
  }

  @Test
  void close_ofSSTablesThatAreMostlyGarbage_leavesOneOfWhatLives() throws Exception {
    for (int i = 1; i <= 3; i++) {
      overwriteAllAndClose(new Disk(), "value " + i);
    }

    List<SSTable.Identity> sstables = Manifest.read(folder()).orElseThrow().sstables();
    assertThat(sstables).hasSize(1);
    assertThatStoreHolds("value 3");
  }

  @Test
  void close_withoutSpaceToCompact_isCleanAllTheSame() throws Exception {
    overwriteAllAndClose(new Disk(), "value 1");
    overwriteAllAndClose(new Disk(), "value 2");
    SecondSSTable full = new SecondSSTable(file -> new NoSpaceException(file, 0, null));

    overwriteAllAndClose(full, "value 3");

    assertThat(full.begun).hasValue(2);
    assertThat(Manifest.read(folder()).orElseThrow().sstables()).hasSize(3);
    assertThatStoreHolds("value 3");
  }

  @Test
  void close_whoseCompactionTheDiskFails_leavesTheStoreToARecovery() throws Exception {
    overwriteAllAndClose(new Disk(), "value 1");
    overwriteAllAndClose(new Disk(), "value 2");
    SecondSSTable failing = new SecondSSTable(file -> new IOException("Input/output error"));

    assertThatThrownBy(() -> overwriteAllAndClose(failing, "value 3"))
        .isInstanceOf(KVException.ReadOnly.class)
        .hasMessageContaining("Input/output error");

    try (KVStore again = KVStore.open(folder())) {
      assertThat(again.admin().recovery().clean()).isFalse();
      assertThat(again.get("key 7")).hasValue("value 3");
      assertThat(again.size()).isEqualTo(OVERWRITTEN);
      assertThat(again.admin().verify().faults()).isEmpty();
    }
  }

  /** A disk that fails as the second SSTable is begun, which a close makes of all there are. */
  private static final class SecondSSTable extends Disk {
    private final AtomicInteger begun = new AtomicInteger();
    private final Function<Path, IOException> failure;

    SecondSSTable(Function<Path, IOException> failure) {
      this.failure = failure;
    }

    @Override
    public FileChannel create(Path file) throws IOException {
      if (file.getFileName().toString().startsWith("snapshot-") && begun.incrementAndGet() == 2) {
        throw failure.apply(file);
      }
      return super.create(file);
    }
  }

  /** Puts the same keys each time, whose changes one flush at the close takes. */
  private void overwriteAllAndClose(Disk disk, String value) {
    try (KVStore store = DiskStore.open(folder(), StoreOptions.defaults(), disk, NEVER_IDLE)) {
      for (int i = 0; i < OVERWRITTEN; i++) {
        store.put("key " + i, value);
      }
    }
  }

  private void assertThatStoreHolds(String value) {
    try (KVStore again = KVStore.open(folder())) {
      assertThat(again.admin().recovery().clean()).isTrue();
      assertThat(again.admin().recovery().rebuilt()).isFalse();
      assertThat(again.size()).isEqualTo(OVERWRITTEN);
      assertThat(again.get("key 7")).hasValue(value);
      assertThat(again.admin().verify().faults()).isEmpty();
    }
  }

  @Test
  void close_thatCannotMarkTheStoreClean_leavesItToARecovery() {
    ManifestDisk disk = new ManifestDisk();
    KVStore store =
        DiskStore.open(folder(), StoreOptions.defaults(), disk, EngineOptions.standard());
    store.put("key", "value");
    store.admin().compact();
    disk.failure = new IOException("Input/output error");

    assertThatThrownBy(store::close).isInstanceOf(KVException.class);
    try (KVStore again = KVStore.open(folder())) {
      assertThat(again.admin().recovery().clean()).isFalse();
      assertThat(again.get("key")).hasValue("value");
      assertThat(again.admin().verify().faults()).isEmpty();
    }
  }

  /** A disk on which no SSTable can be begun for a while. */
  private static final class StuckDisk extends Disk {
    private final CountDownLatch reached = new CountDownLatch(1);
    private final CountDownLatch goOn = new CountDownLatch(1);

    @Override
    public FileChannel create(Path file) throws IOException {
      if (file.getFileName().toString().startsWith("snapshot-")) {
        reached.countDown();
        try {
          goOn.await();
        } catch (InterruptedException unexpected) {
          throw new IOException(unexpected);
        }
      }
      return super.create(file);
    }
  }

  private Path folder() {
    return scratch.resolve("store");
  }
}
