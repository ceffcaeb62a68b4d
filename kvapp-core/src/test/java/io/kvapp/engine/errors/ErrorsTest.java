package io.kvapp.engine.errors;

import static org.assertj.core.api.Assertions.assertThat;

import io.kvapp.engine.crash.MemoryFolder;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A store whose callers, or whose own threads, run out of memory or of stack: at every so many of
 * the steps of a call, of which {@code -Dkvapp.stride} says how many and {@code -Dkvapp.seed}
 * which.
 */
@Timeout(300)
@Tag("once")
class ErrorsTest {
  private static final int STRIDE = Integer.getInteger("kvapp.stride", 4);
  private static final int PATIENCE_SECONDS = 240;

  @TempDir(factory = MemoryFolder.class)
  Path scratch;

  private ErrorRun run;

  @BeforeEach
  void prepare() {
    run = new ErrorRun(scratch, PATIENCE_SECONDS);
  }

  @ParameterizedTest
  @CsvSource({"OS,memory", "SYNC,memory", "OS,stack", "SYNC,stack"})
  void error_atAnyStepOfACall_leavesAWholeStoreThatGoesOn(String durability, String error)
      throws Exception {
    long seed = Long.getLong("kvapp.seed", System.nanoTime());
    System.out.println("steps that end with an error: -Dkvapp.seed=" + seed);
    assertWell(run.everyStep(durability, error, STRIDE, seed));
  }

  @Test
  void stack_thatEndsAtAnyDepthOfACall_leavesNoLockBehind() throws Exception {
    assertWell(run.run(List.of("-Xmx128m"), StackChild.class, scratch.resolve("store").toString()));
  }

  @Test
  void heap_thatOtherCodeFills_failsCallsAndNothingElse() throws Exception {
    assertWell(
        run.run(List.of("-Xmx48m"), HeapChild.class, scratch.resolve("store").toString(), "6"));
  }

  private static void assertWell(ErrorRun.Outcome outcome) {
    assertThat(outcome.isWell()).as(outcome.said()).isTrue();
  }
}
