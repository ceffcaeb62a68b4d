package io.kvapp.server.auth.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kvapp.KVException;
import io.kvapp.server.settings.AuthSettings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
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

  private static final Duration LIFETIME = AuthSettings.DEFAULT_TOKEN_LIFETIME;

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
        rotations.add(threads.submit(() -> new KeyFile(file.path()).rotate(NOW, LIFETIME)));
      }
      for (Future<?> each : rotations) {
        each.get();
      }
    } finally {
      threads.shutdownNow();
    }
    assertThat(file.read().verifying(NOW, LIFETIME)).hasSize(8).doesNotHaveDuplicates();
  }

  @Test
  void rotate_moreKeysInUseThanFit_isRefusedInOneLineAndChangesNothing() throws Exception {
    for (int rotation = 1; rotation < SigningKeys.MAX_KEYS; rotation++) {
      file.rotate(NOW, LIFETIME);
    }
    byte[] before = Files.readAllBytes(file.path());

    assertThatThrownBy(() -> file.rotate(NOW, LIFETIME))
        .isInstanceOf(KVException.class)
        .hasMessageStartingWith("signing key file " + file.path() + " has 64 keys")
        .hasMessageNotContaining("\n");
    assertThat(file.path()).hasBinaryContent(before);
  }
}
