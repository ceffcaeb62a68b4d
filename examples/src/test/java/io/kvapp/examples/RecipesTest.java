package io.kvapp.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.kvapp.KVStore;
import io.kvapp.StoreOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The recipes do what docs/java.md says, and it shows them as they are. */
class RecipesTest {
  private static final Pattern JAVA = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);
  private static final Duration LEASE = Duration.ofSeconds(30);

  private final AtomicReference<Instant> now = new AtomicReference<>(Instant.EPOCH.plusSeconds(1));
  private final KVStore store = KVStore.inMemory(StoreOptions.defaults().withClock(now::get));
  private final Recipes recipes = new Recipes(store);

  @AfterEach
  void close() {
    store.close();
  }

  @Test
  void lock_isHeldByOneUntilItIsLost() {
    long token = recipes.lock("job", "ann", LEASE).orElseThrow();
    assertThat(recipes.lock("job", "bob", LEASE)).isEmpty();
    assertThat(recipes.putLocked("job", token, "result", "1")).isTrue();
    long renewed = recipes.renew("job", token, LEASE).orElseThrow();
    assertThat(renewed).isGreaterThan(token);
    assertThat(recipes.unlock("job", token)).isFalse();
    pass(LEASE);
    long next = recipes.lock("job", "bob", LEASE).orElseThrow();

    assertThat(next).isGreaterThan(renewed);
    assertThat(recipes.renew("job", renewed, LEASE)).isEmpty();
    assertThat(recipes.putLocked("job", renewed, "result", "2")).isFalse();
    assertThat(store.get("result")).hasValue("1");
    assertThat(recipes.unlock("job", next)).isTrue();
  }

  @Test
  void rate_isCountedAnewEachMinute() {
    assertThat(recipes.mayGoOn("ann", 2)).isTrue();
    assertThat(recipes.mayGoOn("ann", 2)).isTrue();
    assertThat(recipes.mayGoOn("ann", 2)).isFalse();
    pass(Duration.ofMinutes(1));
    assertThat(recipes.mayGoOn("ann", 2)).isTrue();
  }

  @Test
  void transfer_movesWhatIsThere() {
    store.put("a", "10");

    assertThat(recipes.transfer("a", "b", 7)).isTrue();
    assertThat(recipes.transfer("a", "b", 4)).isFalse();
    assertThat(store.get("a")).hasValue("3");
    assertThat(store.get("b")).hasValue("7");
  }

  @Test
  void session_livesOnWhileItIsUsed() {
    store.put("session:42", "ann", Duration.ofMinutes(30));
    pass(Duration.ofMinutes(29));
    assertThat(recipes.session("42")).hasValue("ann");
    pass(Duration.ofMinutes(29));
    assertThat(recipes.session("42")).hasValue("ann");
    pass(Duration.ofMinutes(30));
    assertThat(recipes.session("42")).isEmpty();
  }

  @Test
  void page_showsTheRecipesAsTheyAre() throws IOException {
    String page = Files.readString(Path.of("..", "docs", "java.md"));
    String source =
        Files.readString(Path.of("src/main/java/io/kvapp/examples/Recipes.java"))
            .replaceAll("(?m)^ +", "");
    assertThat(JAVA.matcher(page).results().map(MatchResult::group).count()).isGreaterThan(2);
    JAVA.matcher(page)
        .results()
        .map(block -> block.group(1).replaceAll("(?m)^ +", ""))
        .forEach(code -> assertThat(source).contains(code));
  }

  private void pass(Duration time) {
    now.updateAndGet(before -> before.plus(time));
  }
}
