package io.kvapp.engine.file;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@EnabledOnOs(OS.LINUX)
class FolderHolderTest {
  @TempDir Path folder;

  @Test
  void holder_isReadBackFromItsText() throws IOException {
    FolderHolder self = FolderHolder.of(folder);

    assertThat(FolderHolder.parse(self.toString())).hasValue(self);
    assertThat(FolderHolder.parse("1234")).isEmpty();
    assertThat(FolderHolder.parse("")).isEmpty();
  }

  @Test
  void thisProcess_isAliveAndNoOther() throws IOException {
    FolderHolder self = FolderHolder.of(folder);

    assertThat(self.isAlive()).isTrue();
    assertThat(self.isOtherHolderOf(folder)).isFalse();
  }

  @Test
  void process_isAliveUntilItEnds_alsoWhileItsParentHasNotNoticed() throws Exception {
    // The shell becomes a program that never waits for the child that has ended.
    Process parent = new ProcessBuilder("sh", "-c", "sleep 0 & echo $!; exec sleep 60").start();
    try (var out = parent.inputReader()) {
      FolderHolder alive = holder(parent.pid());
      assertThat(alive.isAlive()).isTrue();
      assertThat(alive.isOtherHolderOf(folder)).isTrue();
      long child = Long.parseLong(out.readLine());
      Path stat = Path.of("/proc/" + child + "/stat");
      while (!Files.readString(stat).contains(") Z ")) {
        Thread.onSpinWait();
      }
      assertThat(holder(child).isAlive()).isFalse();
      parent.destroyForcibly().waitFor();
      assertThat(alive.isAlive()).isFalse();
    } finally {
      parent.destroyForcibly();
    }
  }

  @Test
  void numberThatWasGivenAgain_anotherBoot_anotherNamespace_areNotAlive() throws IOException {
    FolderHolder self = FolderHolder.of(folder);

    assertThat(
            new FolderHolder(self.pid(), "1", self.boot(), self.namespace(), self.folder())
                .isAlive())
        .isFalse();
    assertThat(
            new FolderHolder(self.pid(), self.started(), "other", self.namespace(), self.folder())
                .isAlive())
        .isFalse();
    assertThat(
            new FolderHolder(self.pid(), self.started(), self.boot(), "other", self.folder())
                .isAlive())
        .isFalse();
  }

  @Test
  void copyOfAFolder_isNotHeld() throws Exception {
    Process other = new ProcessBuilder("sleep", "60").start();
    try {
      FolderHolder holder = holder(other.pid());
      Path copy = Files.createDirectory(folder.resolve("copy"));

      assertThat(holder.isOtherHolderOf(folder)).isTrue();
      assertThat(holder.isOtherHolderOf(copy)).isFalse();
    } finally {
      other.destroyForcibly();
    }
  }

  private FolderHolder holder(long pid) throws IOException {
    FolderHolder self = FolderHolder.of(folder);
    String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
    String started = stat.substring(stat.lastIndexOf(')') + 2).split(" ")[19];
    return new FolderHolder(pid, started, self.boot(), self.namespace(), self.folder());
  }
}
