package io.kvapp.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.kvapp.Durability;
import io.kvapp.KVStore;
import io.kvapp.PrefixScope;
import io.kvapp.Settings;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class GrowthTest {
  @TempDir Path scratch;

  @Test
  @Timeout(60)
  void growth_forFewEntriesThatAreLarge_comesToAnEnd() {
    byte[] value = new byte[GrowingMap.LARGEST_VALUE_BYTES];
    try (KVStore store = MapStore.open(settings())) {
      for (int i = 0; i < 2_500; i++) {
        // The same array, as by a caller who fills it again and again.
        Arrays.fill(value, (byte) i);
        store.put(key(i), value);
        Arrays.fill(store.get(key(i)).orElseThrow(), (byte) 0);
      }
      assertThatAllAreThere(store);
    }
    try (KVStore store = MapStore.open(settings())) {
      assertThat(store.recovery().clean()).isTrue();
      assertThat(store.size()).isEqualTo(2_500);
      assertThatAllAreThere(store);
    }
  }

  private static void assertThatAllAreThere(KVStore store) {
    for (int i = 0; i < 2_500; i++) {
      assertThat(store.get(key(i)).orElseThrow()).containsOnly(i);
    }
  }

  private static byte[] key(int i) {
    return ("key " + i).getBytes(StandardCharsets.UTF_8);
  }

  private Settings settings() {
    return new Settings(
        scratch.resolve("store"),
        Settings.DEFAULT_HOST,
        0,
        PrefixScope.KEYS,
        Durability.OS,
        Settings.DEFAULT_MAX_VALUE_BYTES,
        false,
        InstantSource.system());
  }
}
