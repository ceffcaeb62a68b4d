package io.kvapp.server.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OwnerOnlyFileTest {
  private static final byte[] NEW = {7};

  private static final Path SETPRIV = Path.of("/usr/bin/setpriv");

  @TempDir private Path folder;

  @Test
  void replace_fileOthersMayRead_isClosedToThem() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "old");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
    assertThat(FileTrust.isReadableByOthers(file)).isTrue();

    OwnerOnlyFile.replace(file, NEW);

    assertThat(file).hasBinaryContent(NEW);
    assertThat(FileTrust.isReadableByOthers(file)).isFalse();
    assertThat(folder).isDirectoryNotContaining("glob:**.tmp");
  }

  @Test
  void replace_symbolicLink_replacesWhatItPointsTo() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "old");
    Path link = Files.createSymbolicLink(folder.resolve("link"), file);

    OwnerOnlyFile.replace(link, NEW);

    assertThat(link).isSymbolicLink();
    assertThat(file).hasBinaryContent(NEW);
  }

  @Test
  void replace_fileOfAnotherUser_staysWithItsOwnerAndGroup() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "old");
    assumeTrue(canGiveAway(file));

    OwnerOnlyFile.replace(file, NEW);

    assertThat(Files.getAttribute(file, "unix:uid")).isEqualTo(4_711);
    assertThat(Files.getAttribute(file, "unix:gid")).isEqualTo(4_712);
    assertThat(file).hasBinaryContent(NEW);
  }

  @Test
  void replace_ownerThatCannotBeKept_isRefusedAndChangesNothing() throws Exception {
    Path file = Files.writeString(folder.resolve("file"), "old");
    assumeTrue(canGiveAway(file) && Files.isExecutable(SETPRIV));
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxrwxrwx"));
    Path result = folder.resolve("result");

    // As root, but without the right to give files away.
    Process child =
        new ProcessBuilder(
                SETPRIV.toString(),
                "--bounding-set=-chown",
                "--inh-caps=-chown",
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                "io.kvapp.server.command.Main",
                "key",
                "rotate",
                "--file",
                Files.writeString(file, "A".repeat(44)).toString())
            .redirectErrorStream(true)
            .redirectOutput(result.toFile())
            .start();

    assertThat(child.waitFor()).as(Files.readString(result)).isOne();
    assertThat(Files.readString(result).lines())
        .singleElement()
        .asString()
        .startsWith("kvapp: signing key file " + file + " cannot be replaced: it belongs to")
        .endsWith("do this as 4711 or root");
    assertThat(file).hasContent("A".repeat(44));
    assertThat(folder).isDirectoryNotContaining("glob:**.tmp");
  }

  @Test
  void create_root_isRefused() {
    assertThatThrownBy(() -> OwnerOnlyFile.create(Path.of("/"), NEW))
        .isInstanceOf(IOException.class)
        .hasMessage("it is a folder");
  }

  @Test
  void create_existingFile_leavesItAlone() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "old");

    assertThatThrownBy(() -> OwnerOnlyFile.create(file, NEW))
        .isInstanceOf(FileAlreadyExistsException.class);
    assertThat(file).hasContent("old");
    assertThat(folder).isDirectoryNotContaining("glob:**.tmp");
  }

  @Test
  void createIfAbsent_byManyAtATime_writesTheContentOfOne() throws Exception {
    int writers = 4;
    ExecutorService threads = Executors.newFixedThreadPool(writers);
    CyclicBarrier start = new CyclicBarrier(writers);
    try {
      for (int round = 0; round < 200; round++) {
        Path file = folder.resolve("file" + round);
        List<Callable<Byte>> creations = new ArrayList<>();
        for (byte writer = 0; writer < writers; writer++) {
          byte[] content = {writer};
          creations.add(
              () -> {
                start.await();
                OwnerOnlyFile.createIfAbsent(file, () -> content);
                return Files.readAllBytes(file)[0];
              });
        }
        Set<Byte> seen = new HashSet<>();
        for (Future<Byte> each : threads.invokeAll(creations)) {
          seen.add(each.get());
        }
        seen.add(Files.readAllBytes(file)[0]);
        assertThat(seen).as("round " + round).hasSize(1);
      }
    } finally {
      threads.shutdownNow();
    }
    assertThat(folder).isDirectoryNotContaining("glob:**.tmp");
  }

  @Test
  void create_absentFile_isReadByItsOwnerOnly() throws IOException {
    Path file = folder.resolve("file");
    OwnerOnlyFile.create(file, NEW);

    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
  }

  /** Makes {@code file} that of another user, which only root can. */
  private static boolean canGiveAway(Path file) {
    try {
      Files.setAttribute(file, "unix:uid", 4_711);
      Files.setAttribute(file, "unix:gid", 4_712);
      return true;
    } catch (IOException | UnsupportedOperationException notRoot) {
      return false;
    }
  }
}
