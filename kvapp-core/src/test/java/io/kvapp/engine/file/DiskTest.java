package io.kvapp.engine.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DiskTest {
  private static final byte[] HEAD = {1, 2, 3};

  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource({"3, false", "100001, false", "5000001, true", "67108865, false"})
  void createWithZeros_ofAnySize_hasHeadZerosAndLength(int bytes, boolean hugePages)
      throws IOException {
    Path file = folder.resolve("file");

    new Disk().createWithZeros(file, HEAD, bytes, hugePages);

    assertThat(Files.readAllBytes(file)).isEqualTo(Arrays.copyOf(HEAD, bytes));
  }

  @Test
  void createWithZeros_isForItsOwnerAlone() throws IOException {
    assumeThat(folder.getFileSystem().supportedFileAttributeViews()).contains("posix");
    Path file = folder.resolve("file");

    new Disk().createWithZeros(file, HEAD, 10, false);

    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
  }

  @Test
  void createWithZeros_whereAFileIs_leavesItAlone() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "other");

    assertThatThrownBy(() -> new Disk().createWithZeros(file, HEAD, 10, false))
        .isInstanceOf(FileAlreadyExistsException.class);

    assertThat(file).hasContent("other");
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void forceFolder_whichTheFileSystemRefuses_isToldWithTheRemedy() {
    assertThatThrownBy(() -> new Disk().forceFolder(Path.of("/proc/self")))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("/proc/self cannot be synced")
        .hasMessageContaining("use a file system that syncs folders");
  }

  @Test
  void createFolder_whereTheParentMayNotBeListed_makesIt() throws IOException {
    Disk disk =
        new Disk() {
          @Override
          public void forceFolder(Path path) throws IOException {
            throw new AccessDeniedException(path.toString());
          }
        };
    disk.createFolder(folder.resolve("a").resolve("b"));

    assertThat(folder.resolve("a").resolve("b")).isDirectory();
  }

  @Test
  void fence_refusesEveryChange() throws IOException {
    Disk disk = new Disk();
    Path file = Files.writeString(folder.resolve("file"), "other");
    disk.fence(new Disk.Fenced("a test says so"));

    assertThatThrownBy(() -> disk.create(folder.resolve("new"))).isInstanceOf(Disk.Fenced.class);
    assertThatThrownBy(() -> disk.move(file, folder.resolve("new")))
        .isInstanceOf(Disk.Fenced.class);
    assertThatThrownBy(() -> disk.delete(file))
        .isInstanceOf(Disk.Fenced.class)
        .hasMessage("a test says so");
    assertThat(folder).isDirectoryContaining(file::equals);
    assertThat(file).hasContent("other");
  }
}
