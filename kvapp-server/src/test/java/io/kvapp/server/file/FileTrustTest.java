package io.kvapp.server.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.kvapp.KVException;
import io.kvapp.server.SteppedClock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class FileTrustTest {
  private static final int STICKY_0777 = 01777;
  private static final int STRANGER = 4_711;

  @TempDir private Path folder;
  private Path file;

  @BeforeEach
  void write() throws IOException {
    file = Files.writeString(Files.createDirectory(folder.resolve("inner")).resolve("file"), "1");
    setMode(file, 0600);
    setMode(file.getParent(), 0700);
  }

  @Test
  void requireFile_ownFileInOwnFolder_isTrusted() throws IOException {
    assertTrusted();
    setMode(file, 0644);
    setMode(file.getParent(), 0755);
    assertTrusted();
  }

  @ParameterizedTest
  @ValueSource(ints = {0602, 0666, 0622})
  void requireFile_othersCanWriteIt_isRefusedWithTheRemedy(int mode) throws IOException {
    setMode(file, mode);
    assertRefused("other users can write " + file + "; run: chmod go-w " + file);
  }

  @ParameterizedTest
  @ValueSource(ints = {0702, 0777, 0733})
  void requireFile_othersCanReplaceIt_isRefusedWithTheRemedy(int mode) throws IOException {
    Path inner = file.getParent();
    setMode(inner, mode);
    assertRefused("other users can write " + inner + "; run: chmod go-w " + inner);
  }

  @Test
  void requireFile_stickyFolder_isTrustedAsOnlyOwnersReplaceFilesThere() throws IOException {
    setMode(file.getParent(), STICKY_0777);
    assertTrusted();
    assertThatThrownBy(() -> FileTrust.requireFolder("data folder", file.getParent()))
        .isInstanceOf(KVException.class)
        .hasMessageStartingWith("data folder " + file.getParent() + " cannot be used: other users");
  }

  @Test
  void requireFile_groupThatCanWrite_isTrustedIfItIsTheUsersOwn() throws IOException {
    setMode(file, 0660);
    setMode(file.getParent(), 0770);
    assumeTrue(canSet(file, "unix:gid", 0) && Files.getOwner(file).getName().equals("root"));
    assertTrusted();

    assumeTrue(canSet(file, "unix:gid", STRANGER));
    assertRefused("other users can write " + file + "; run: chmod go-w " + file);
  }

  @Test
  void requireFile_anotherOwner_isRefusedWithTheRemedy() throws IOException {
    assumeTrue(canSet(file, "unix:uid", STRANGER));
    String user = System.getProperty("user.name");
    assertRefused(file + " belongs to 4711, who can change it; run: chown " + user + " " + file);
    assumeTrue(canSet(file, "unix:uid", 0));
    Path inner = file.getParent();
    assumeTrue(canSet(inner, "unix:uid", STRANGER));
    assertRefused(inner + " belongs to 4711, who can change it; run: chown " + user + " " + inner);
  }

  @Test
  void requireFile_link_isTrustedIfNeitherItNorItsTargetCanBeReplaced() throws IOException {
    Path other = Files.createDirectory(folder.resolve("other"));
    Path link = Files.createSymbolicLink(other.resolve("link"), file);
    setMode(other, 0700);
    FileTrust.requireFile(link);

    setMode(other, 0777);
    assertThatThrownBy(() -> FileTrust.requireFile(link)).hasMessageContaining("write " + other);
    setMode(other, 0700);
    setMode(file.getParent(), 0777);
    assertThatThrownBy(() -> FileTrust.requireFile(link))
        .hasMessageContaining("write " + file.getParent());
  }

  @Test
  void watchedFiles_secretThatOthersCanChange_isNotReadUntilTheyCannot() throws IOException {
    setMode(file, 0666);
    SteppedClock clock = new SteppedClock();
    assertThatThrownBy(() -> watch(clock))
        .isInstanceOf(KVException.class)
        .hasMessageStartingWith("secret " + file + " cannot be read: other users can write " + file)
        .hasMessageNotContaining("\n");

    setMode(file, 0600);
    WatchedFiles<String> watched = watch(clock);
    Files.writeString(file, "22");
    setMode(file.getParent(), 0777);
    clock.advance(Duration.ofSeconds(1));
    assertThat(watched.get()).isEqualTo("1");
    setMode(file.getParent(), 0700);
    clock.advance(Duration.ofSeconds(1));
    assertThat(watched.get()).isEqualTo("22");
  }

  private WatchedFiles<String> watch(SteppedClock clock) {
    return new WatchedFiles<>(
        "secret", List.of(file), List.of(), () -> Files.readString(file), clock);
  }

  private void assertTrusted() {
    assertThatCode(() -> FileTrust.requireFile(file)).doesNotThrowAnyException();
  }

  private void assertRefused(String message) {
    assertThatThrownBy(() -> FileTrust.requireFile(file))
        .isInstanceOf(IOException.class)
        .hasMessage(message);
  }

  private static void setMode(Path path, int mode) throws IOException {
    Files.setAttribute(path, "unix:mode", mode);
  }

  /** Gives a file away, which only root can. */
  private static boolean canSet(Path path, String attribute, int id) {
    try {
      Files.setAttribute(path, attribute, id);
      return true;
    } catch (IOException | UnsupportedOperationException notRoot) {
      return false;
    }
  }
}
