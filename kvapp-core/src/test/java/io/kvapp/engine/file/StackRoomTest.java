package io.kvapp.engine.file;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class StackRoomTest {
  private static final int ENOUGH_TO_BE_COMPILED = 200_000;
  private static final long STACK_BYTES = 256 << 10;

  private int levels;
  private long used = -1;
  private Throwable failure;

  @Test
  void require_ofACompiledCaller_leavesRoomForTheInterpretedFramesOfACall() throws Exception {
    for (int i = 0; i < ENOUGH_TO_BE_COMPILED; i++) {
      StackRoom.require();
    }

    Thread deep = new Thread(null, this::descend, "deep", STACK_BYTES);
    deep.setUncaughtExceptionHandler((thread, thrown) -> failure = thrown);
    deep.start();
    deep.join();

    assertThat(failure).isNull();
    assertThat(levels).isGreaterThan(100);
    assertThat(used).isZero();
  }

  /** Goes down as far as there is room, and uses it there; false if there was none. */
  private boolean descend() {
    try {
      StackRoom.require();
    } catch (StackOverflowError end) {
      return false;
    }
    levels++;
    if (!descend()) {
      used = use(30, 0, 0, 0, 0, 0, 0, 0, 0);
    }
    return true;
  }

  /** Takes about 250 bytes for each frame while it is interpreted. */
  private static long use(
      int frames, long a, long b, long c, long d, long e, long f, long g, long h) {
    return frames == 0 ? a : use(frames - 1, b, c, d, e, f, g, h, a);
  }
}
