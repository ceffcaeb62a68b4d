package io.kvapp.engine.errors;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A store whose callers, or whose own threads, run out of memory or of stack. */
@Timeout(120)
class ErrorsTest {
  private static final int PATIENCE_SECONDS = 90;

  @TempDir Path scratch;
  private ErrorRun run;

  @BeforeEach
  void prepare() {
    run = new ErrorRun(scratch, PATIENCE_SECONDS);
  }

  @ParameterizedTest
  @CsvSource({"OS,memory", "SYNC,memory", "OS,stack", "SYNC,stack"})
  void error_atAnyStepOfACall_leavesAWholeStoreThatGoesOn(String durability, String error)
      throws Exception {
    assertWell(run.everyStep(durability, error, 0));
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
