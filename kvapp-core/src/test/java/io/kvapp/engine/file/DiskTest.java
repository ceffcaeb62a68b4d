package io.kvapp.engine.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
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
}
