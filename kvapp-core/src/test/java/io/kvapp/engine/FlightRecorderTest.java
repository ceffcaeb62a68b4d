package io.kvapp.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.kvapp.KVException;
import io.kvapp.KVStore;
import io.kvapp.StoreFixture;
import io.kvapp.TestClock;
import io.kvapp.engine.file.Disk;
import io.kvapp.engine.model.EngineOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a recording of the JDK's Flight Recorder has of a store. */
class FlightRecorderTest {
  private static final EngineOptions QUIET =
      new EngineOptions(1 << 20, 64 << 20, 256 << 20, 96 << 20, 3_600_000);

  @TempDir Path scratch;

  private interface Work {
    void run() throws IOException;
  }

  @Test
  void recording_ofAStore_hasItsUpkeep() throws IOException {
    Path folder = scratch.resolve("store");
    Map<String, List<RecordedEvent>> events =
        recorded(
            () -> {
              try (KVStore store = open(folder)) {
                store.put("a", "1");
                store.sync();
                store.admin().compact();
                store.put("a", "2");
                store.admin().compact();
              }
              for (Path map : Disk.list(folder, "live-*.map")) {
                Files.write(map, new byte[] {1}, StandardOpenOption.APPEND);
              }
              try (KVStore store = open(folder)) {
                assertThat(store.admin().verify().faults()).isEmpty();
              }
            });
    RecordedEvent flush = events.get("io.kvapp.Flush").get(0);
    assertThat(flush.getLong("journalBytes")).isPositive();
    assertThat(flush.getLong("sstableBytes")).isPositive();
    RecordedEvent compaction = events.get("io.kvapp.Compaction").get(0);
    assertThat(compaction.getInt("sstables")).isEqualTo(2);
    assertThat(compaction.getLong("bytesAfter"))
        .isBetween(1L, compaction.getLong("bytesBefore") - 1);
    assertThat(events.get("io.kvapp.Sync").get(0).getInt("segments")).isPositive();
    RecordedEvent recovery = events.get("io.kvapp.Recovery").get(1);
    assertThat(recovery.getString("folder")).isEqualTo(folder.toString());
    assertThat(recovery.getBoolean("clean")).isTrue();
    assertThat(recovery.getBoolean("rebuilt")).isTrue();
    assertThat(recovery.getLong("entries")).isOne();
    RecordedEvent growth = events.get("io.kvapp.Growth").get(0);
    assertThat(growth.getBoolean("complete")).isTrue();
    assertThat(growth.getLong("bytesAfter")).isPositive();
    Set<Duration> times =
        events.values().stream()
            .flatMap(List::stream)
            .map(RecordedEvent::getDuration)
            .collect(Collectors.toSet());
    assertThat(times).noneMatch(Duration::isNegative);
  }

  @Test
  void recording_ofAWriterThatWaits_hasAStall() throws IOException {
    AtomicInteger left = new AtomicInteger(2);
    WriteGate gate =
        new WriteGate(
            new Signal(),
            new WriteGate.Backlog(() -> left.getAndDecrement() > 0, () -> {}, () -> null));
    WriteGate failing =
        new WriteGate(
            new Signal(),
            new WriteGate.Backlog(
                () -> true, () -> {}, () -> new KVException.WrongState("it has failed")));
    gate.check();
    failing.check();
    Map<String, List<RecordedEvent>> events =
        recorded(
            () -> {
              // The first look inside says that there is room.
              left.set(0);
              gate.awaitRoom();
              assertThat(failure(failing)).isNotNull();
            });
    assertThat(events.get("io.kvapp.Stall")).hasSize(2);
  }

  @Test
  void events_all_areDescribedInTheDocs() throws IOException {
    Path sources = Path.of("src", "main", "java", "io", "kvapp", "engine", "event");
    Set<String> names = new TreeSet<>();
    try (Stream<Path> files = Files.list(sources)) {
      for (Path file : files.filter(each -> each.toString().endsWith("Event.java")).toList()) {
        names.add("`io.kvapp." + file.getFileName().toString().replace("Event.java", "`"));
      }
    }
    assertThat(names).hasSize(6);
    assertThat(Files.readString(Path.of("..", "docs", "operations.md"))).contains(names);
  }

  private static KVException failure(WriteGate gate) {
    try {
      gate.awaitRoom();
      return null;
    } catch (KVException obstacle) {
      return obstacle;
    }
  }

  private Map<String, List<RecordedEvent>> recorded(Work work) throws IOException {
    Path file = scratch.resolve("recording.jfr");
    try (Recording recording = new Recording()) {
      recording.start();
      work.run();
      recording.stop();
      recording.dump(file);
    }
    return RecordingFile.readAllEvents(file).stream()
        .filter(event -> event.getEventType().getName().startsWith("io.kvapp."))
        .collect(Collectors.groupingBy(event -> event.getEventType().getName()));
  }

  private static KVStore open(Path folder) {
    return DiskStore.open(folder, StoreFixture.options(new TestClock()), new Disk(), QUIET);
  }
}
