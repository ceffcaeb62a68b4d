package io.kvapp.server.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PrivateFileTest {
  private static final byte[] NEW = {7};

  @TempDir private Path folder;

  @Test
  void replace_fileOthersMayRead_isClosedToThem() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "old");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
    assertThat(PrivateFile.isOpenToOthers(file)).isTrue();

    PrivateFile.replace(file, NEW);

    assertThat(file).hasBinaryContent(NEW);
    assertThat(PrivateFile.isOpenToOthers(file)).isFalse();
    assertThat(folder).isDirectoryNotContaining("glob:**.tmp");
  }

  @Test
  void replace_symbolicLink_replacesWhatItPointsTo() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "old");
    Path link = Files.createSymbolicLink(folder.resolve("link"), file);

    PrivateFile.replace(link, NEW);

    assertThat(link).isSymbolicLink();
    assertThat(file).hasBinaryContent(NEW);
  }

  @Test
  void create_existingFile_leavesItAlone() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "old");

    assertThatThrownBy(() -> PrivateFile.create(file, NEW))
        .isInstanceOf(FileAlreadyExistsException.class);
    assertThat(file).hasContent("old");
    assertThat(folder).isDirectoryNotContaining("glob:**.tmp");
  }

  @Test
  void create_absentFile_isReadByItsOwnerOnly() throws IOException {
    Path file = folder.resolve("file");
    PrivateFile.create(file, NEW);

    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
  }
}
