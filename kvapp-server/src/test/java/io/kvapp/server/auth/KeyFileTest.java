package io.kvapp.server.auth;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KeyFileTest {
  private static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");

  @TempDir private Path folder;
  private KeyFile file;

  @BeforeEach
  void create() {
    file = new KeyFile(folder.resolve("shared.key"));
    file.create();
  }

  @Test
  void rotate_byManyAtATime_losesNoKey() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try {
      List<Future<?>> rotations = new ArrayList<>();
      for (int rotation = 0; rotation < 7; rotation++) {
        rotations.add(
            threads.submit(
                () -> new KeyFile(file.path()).rotate(NOW, AuthSettings.DEFAULT_TOKEN_LIFETIME)));
      }
      for (Future<?> each : rotations) {
        each.get();
      }
    } finally {
      threads.shutdownNow();
    }
    assertThat(file.read().verifying(NOW)).hasSize(8).doesNotHaveDuplicates();
  }
}
