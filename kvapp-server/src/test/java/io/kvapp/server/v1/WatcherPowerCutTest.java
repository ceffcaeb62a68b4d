package io.kvapp.server.v1;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.kvapp.Durability;
import io.kvapp.engine.file.LoopDisk;
import io.kvapp.server.command.ChildServer;
import io.kvapp.server.http.connection.RawClient.Answer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A watcher over HTTP whose server loses its power has what the store has, as soon as it has come
 * back: with {@link Durability#SYNC} it goes on by its last id and is told each change once; with
 * {@link Durability#OS} it is told of the gap by name where it knew what the cut has taken. {@code
 * -Dkvapp.cycles} says how often, {@code -Dkvapp.seed} repeats a run.
 */
@Timeout(3_600)
@Tag("once")
final class WatcherPowerCutTest {
  private static final int CYCLES = Integer.getInteger("kvapp.cycles", 1);
  private static final List<String> JVM = List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC");
  private static final int MIN_TOLD = 100;

  private final RandomWriter writer = new RandomWriter();
  private final WatchedCopy copy = new WatchedCopy();
  private long lastToldOrAnswered;

  @TempDir private Path scratch;

  @BeforeEach
  void requireALoopDisk() throws Exception {
    String missing = LoopDisk.missing();
    assumeTrue(missing == null, () -> "skipped: " + missing);
  }

  @ParameterizedTest
  @EnumSource(Durability.class)
  void watcher_throughPowerCuts_hasWhatTheStoreHas(Durability durability) throws Exception {
    long seed = Long.getLong("kvapp.seed", System.nanoTime());
    Random random = new Random(seed);
    try (LoopDisk disk = new LoopDisk(scratch)) {
      for (int cycle = 0; cycle < CYCLES; cycle++) {
        watchAndCut(disk, durability, random);
        disk.unmount();
        disk.mount();
        try (ChildServer server = start(disk, durability)) {
          catchUp(server.port(), durability);
        }
      }
    } catch (AssertionError wrong) {
      throw new AssertionError("seed " + seed + ": " + wrong.getMessage(), wrong);
    }
  }

  private void watchAndCut(LoopDisk disk, Durability durability, Random random) throws Exception {
    try (ChildServer server = start(disk, durability);
        EventClient events = copy.watch(server.port())) {
      Thread writing = writer.start(server.port(), random.nextLong());
      copy.followMore(events, MIN_TOLD + random.nextInt(MIN_TOLD));
      disk.cut(disk.folder().resolve("data"), random.nextLong(1L << 31));
      server.close();
      writing.join();
      copy.takeRest(events);
    }
    lastToldOrAnswered = copy.resume();
    writer
        .acknowledged()
        .forEach(revision -> lastToldOrAnswered = Math.max(lastToldOrAnswered, revision));
  }

  private void catchUp(int port, Durability durability) throws IOException {
    int resets = copy.resets();
    Answer page = RandomWriter.ask(port, "GET /v1/changes?after=" + copy.resume(), null);
    long end;
    try (EventClient events = copy.watch(port)) {
      end = RandomWriter.revision(RandomWriter.ask(port, "PUT /v1/kv/end", "x"));
      copy.follow(events, end);
    }
    assertThat(end).as("no revision is used twice").isGreaterThan(lastToldOrAnswered);
    boolean isReset = copy.resets() > resets;
    assertThat(page.status()).isEqualTo(isReset ? 410 : 200);
    if (durability == Durability.SYNC) {
      assertThat(isReset).as("nothing that was told is lost").isFalse();
      assertThat(copy.told()).containsAll(writer.acknowledged());
    }
    assertThat(copy.entries()).isEqualTo(RandomWriter.contents(port));
  }

  private ChildServer start(LoopDisk disk, Durability durability) throws IOException {
    Path data = disk.folder().resolve("data");
    return ChildServer.startOn(
        data, scratch, JVM, "--durability", durability.name().toLowerCase(java.util.Locale.ROOT));
  }
}
