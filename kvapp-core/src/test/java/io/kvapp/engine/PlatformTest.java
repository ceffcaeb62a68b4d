package io.kvapp.engine;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PlatformTest {
  @Test
  void caveat_namesTheSystemWhereLessIsPromised() {
    assertThat(DiskStore.caveat("Linux")).isEmpty();
    assertThat(DiskStore.caveat("Mac OS X").orElseThrow())
        .contains("on Mac OS X")
        .contains("power cut")
        .doesNotContain("\n");
  }
}
