package io.kvapp.bench.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every engine does what its figures are given for. */
class EngineTest {
  private static final int GROUP = 10;

  @TempDir Path folder;

  @ParameterizedTest
  @EnumSource(EngineKind.class)
  void session_readsWhatItWrote(EngineKind kind) throws Exception {
    try (Engine engine = kind.open(new EngineSettings(folder, false, 1_000, 8));
        Session session = engine.session()) {
      session.put(key("a", 1), value(1));
      session.putAll(new byte[][] {key("a", 2), key("b", 1)}, new byte[][] {value(2), value(3)});
      session.put(key("a", 1), value(4));
      session.delete(key("b", 1));

      assertThat(session.get(key("a", 1))).isEqualTo(value(4));
      assertThat(session.get(key("a", 2))).isEqualTo(value(2));
      assertThat(session.get(key("b", 1))).isNull();
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = EngineKind.class,
      names = {"CHRONICLE_MAP", "HASH_MAP"},
      mode = EnumSource.Mode.EXCLUDE)
  void page_isOrderedAndEndsWithItsPrefix(EngineKind kind) throws Exception {
    try (Engine engine = kind.open(new EngineSettings(folder, false, 1_000, 8));
        Session session = engine.session()) {
      for (String group : List.of("c", "a", "b")) {
        for (int i = GROUP - 1; i >= 0; i--) {
          session.put(key(group, i), value(i));
        }
      }
      engine.settle();
      List<String> forward = new ArrayList<>();
      List<String> backward = new ArrayList<>();
      byte[] prefix = "b/".getBytes(StandardCharsets.US_ASCII);

      int all =
          session.page(prefix, 100, false, (key, value) -> forward.add(text(key) + text(value)));
      int three = session.page(prefix, 3, true, (key, value) -> backward.add(text(key)));

      assertThat(all).isEqualTo(GROUP);
      assertThat(forward).hasSize(GROUP).isSorted().startsWith("b/00000000").endsWith("b/90000009");
      assertThat(three).isEqualTo(3);
      assertThat(backward).containsExactly("b/9", "b/8", "b/7");
    }
  }

  private static byte[] key(String group, int number) {
    return (group + "/" + number).getBytes(StandardCharsets.US_ASCII);
  }

  private static byte[] value(int number) {
    return String.format("%07d", number).getBytes(StandardCharsets.US_ASCII);
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.US_ASCII);
  }
}
