package io.kvapp.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.kvapp.TestClock;
import io.kvapp.engine.file.NoSpaceException;
import io.kvapp.engine.file.WorkerThread;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class BackgroundJobTest {
  private static final Path FILE = Path.of("file");

  private final TestClock clock = new TestClock();
  private volatile NoSpaceException failure;
  private volatile long usable;
  private int runs;
  private final BackgroundJob job =
      new BackgroundJob(
          "kvapp-test", this::run, null, new Signal(), clock, bytes -> bytes <= usable);

  private void run() throws IOException {
    runs++;
    if (failure != null) {
      throw failure;
    }
  }

  @AfterEach
  void close() {
    job.close();
  }

  @Test
  void workThatRanOutOfSpace_isTriedAgainAfterAWhileThatDoubles() {
    failure = new NoSpaceException(FILE, 100, new IOException("full"));
    usable = 1_000;

    assertThat(runsAfter(Duration.ZERO)).isEqualTo(1);
    assertThat(runsAfter(Duration.ofMillis(999))).isEqualTo(1);
    assertThat(runsAfter(Duration.ofMillis(1))).isEqualTo(2);
    assertThat(runsAfter(Duration.ofMillis(1_999))).isEqualTo(2);
    assertThat(runsAfter(Duration.ofMillis(1))).isEqualTo(3);
    for (int i = 0; i < 10; i++) {
      runsAfter(Duration.ofMinutes(2));
    }
    int before = runs;
    assertThat(runsAfter(Duration.ofSeconds(119))).isEqualTo(before);
    assertThat(runsAfter(Duration.ofSeconds(1))).isEqualTo(before + 1);
    assertThat(job.noSpace()).isSameAs(failure);
  }

  @Test
  void workThatWasRefused_isTriedAgainOnceThereIsWhatItNeeds() {
    failure = new NoSpaceException(FILE, 100, null);
    assertThat(runsAfter(Duration.ZERO)).isEqualTo(1);
    usable = 99;
    assertThat(runsAfter(Duration.ZERO)).isEqualTo(1);

    usable = 100;
    failure = null;
    assertThat(runsAfter(Duration.ZERO)).isEqualTo(2);

    assertThat(job.noSpace()).isNull();
    assertThat(runsAfter(Duration.ZERO)).isEqualTo(3);
  }

  @Test
  void clockSetBack_holdsWorkBackNoLonger() {
    failure = new NoSpaceException(FILE, 100, null);
    runsAfter(Duration.ZERO);

    assertThat(runsAfter(Duration.ofHours(-1))).isEqualTo(2);
  }

  /** How often the work has run once some time has passed and it was requested again. */
  private int runsAfter(Duration time) {
    clock.advance(time);
    job.request();
    WorkerThread.call(job.thread, () -> null);
    return runs;
  }
}
