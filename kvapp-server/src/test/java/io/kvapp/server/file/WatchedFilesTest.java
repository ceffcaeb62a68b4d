package io.kvapp.server.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kvapp.KVException;
import io.kvapp.server.SteppedClock;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WatchedFilesTest {
  private static final Duration SECOND = Duration.ofSeconds(1);

  private final SteppedClock clock = new SteppedClock();
  @TempDir private Path folder;
  private Path file;
  private IOException fault;
  private int reads;

  @BeforeEach
  void write() throws IOException {
    file = folder.resolve("watched");
    replace("one");
  }

  @Test
  void get_unchangedFile_isReadOnce() {
    WatchedFiles<String> watched = watch();
    String first = watched.get();
    clock.advance(SECOND);

    assertThat(watched.get()).isSameAs(first);
  }

  @Test
  void get_replacedFile_isReadAgainAfterASecond() throws IOException {
    WatchedFiles<String> watched = watch();
    replace("two");

    assertThat(watched.get()).isEqualTo("one");
    clock.advance(SECOND);
    assertThat(watched.get()).isEqualTo("two");
  }

  @Test
  void latest_replacedFile_isReadAgainAtOnce() throws IOException {
    WatchedFiles<String> watched = watch();
    replace("two");

    assertThat(watched.latest()).isEqualTo("two");
    int before = reads;
    assertThat(watched.latest()).isEqualTo("two");
    assertThat(reads).isEqualTo(before);
  }

  @Test
  void get_clockSetBack_isLookedAtAgain() throws IOException {
    WatchedFiles<String> watched = watch();
    replace("two");
    clock.advance(Duration.ofDays(-1));

    assertThat(watched.get()).isEqualTo("two");
  }

  @Test
  void get_unusableContent_keepsTheLastGoodUntilThereIsAnother() throws IOException {
    WatchedFiles<String> watched = watch();
    replace("bad");
    clock.advance(SECOND);
    assertThat(watched.get()).isEqualTo("one");

    replace("three");
    clock.advance(SECOND);
    assertThat(watched.get()).isEqualTo("three");
  }

  @Test
  void get_fileThatIsGone_keepsTheLastGoodUntilThereIsAnother() throws IOException {
    WatchedFiles<String> watched = watch();
    Files.delete(file);
    clock.advance(SECOND);
    assertThat(watched.get()).isEqualTo("one");

    replace("two");
    clock.advance(SECOND);
    assertThat(watched.get()).isEqualTo("two");
  }

  @Test
  void get_readThatFails_isTriedAtEachLookAndLoggedOnce() throws IOException {
    WatchedFiles<String> watched = watch();
    replace("two");
    fault = new AccessDeniedException(file.toString());

    String log =
        logOf(
            () -> {
              for (int look = 0; look < 3; look++) {
                clock.advance(SECOND);
                assertThat(watched.get()).isEqualTo("one");
              }
            });
    assertThat(log).containsOnlyOnce("it may not be read or written by this user");
    fault = null;
    clock.advance(SECOND);
    assertThat(watched.get()).isEqualTo("two");
  }

  @Test
  void get_unusableContent_isReadOnce() throws IOException {
    WatchedFiles<String> watched = watch();
    replace("bad");
    int before = reads;
    for (int look = 0; look < 3; look++) {
      clock.advance(SECOND);
      watched.get();
    }

    assertThat(reads).isEqualTo(before + 1);
  }

  @Test
  void new_fileThatIsNotThere_isNamed() {
    file = folder.resolve("absent");

    assertThatThrownBy(this::watch)
        .isInstanceOf(KVException.class)
        .hasMessage("test file " + file + " cannot be read: there is no such file or folder");
  }

  private WatchedFiles<String> watch() {
    return new WatchedFiles<>("test file", List.of(file), List.of(), this::read, clock);
  }

  private static String logOf(Runnable work) {
    PrintStream before = System.err;
    ByteArrayOutputStream log = new ByteArrayOutputStream();
    System.setErr(new PrintStream(log, true, StandardCharsets.UTF_8));
    try {
      work.run();
    } finally {
      System.setErr(before);
    }
    return log.toString(StandardCharsets.UTF_8);
  }

  private String read() throws IOException {
    reads++;
    if (fault != null) {
      throw fault;
    }
    String content = Files.readString(file);
    if (content.equals("bad")) {
      throw new KVException("it is bad");
    }
    return content;
  }

  private void replace(String content) throws IOException {
    OwnerOnlyFile.replace(file, content.getBytes(StandardCharsets.UTF_8));
  }
}
