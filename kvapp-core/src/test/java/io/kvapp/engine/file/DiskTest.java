package io.kvapp.engine.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

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
  void write_thatFailsOnAFullDisk_isANoSpaceException() throws IOException {
    try (FileChannel full = openFull()) {
      assertThatThrownBy(() -> new DiskOf(100).write(full, file(), ByteBuffer.allocate(200)))
          .isInstanceOfSatisfying(
              NoSpaceException.class, failure -> assertThat(failure.neededBytes()).isEqualTo(200));
    }
  }

  @Test
  void write_thatFailsWithSpaceOnTheDisk_isWhatTheSystemSays() throws IOException {
    try (FileChannel full = openFull()) {
      assertThatThrownBy(() -> new Disk().write(full, file(), ByteBuffer.allocate(200)))
          .isExactlyInstanceOf(IOException.class);
    }
    assertThat(Disk.list(folder, "*")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void fillHoles_ofACopyWithHoles_givesItItsBlocksAndKeepsItsContent(boolean byCommand)
      throws Exception {
    assumeThat(Path.of("/usr/bin/stat")).exists();
    byte[] content = new byte[1 << 20];
    Arrays.fill(content, 400_000, 500_000, (byte) 7);
    try (RandomAccessFile sparse = new RandomAccessFile(file().toFile(), "rw")) {
      sparse.setLength(content.length);
      sparse.seek(400_000);
      sparse.write(content, 400_000, 100_000);
    }
    assumeThat(blockBytes()).isLessThan(content.length);

    if (byCommand) {
      new Disk().fillHoles(file());
    } else {
      Holes.fill(new Disk(), file());
    }

    assertThat(blockBytes()).isGreaterThanOrEqualTo(content.length);
    assertThat(Files.readAllBytes(file())).isEqualTo(content);
  }

  private long blockBytes() throws Exception {
    Process stat = new ProcessBuilder("/usr/bin/stat", "-c", "%b", file().toString()).start();
    return 512
        * Long.parseLong(
            new String(stat.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip());
  }

  @Test
  void create_whereAFileIs_isNoMatterOfSpace() throws IOException {
    Files.createFile(file());

    assertThatThrownBy(() -> new DiskOf(0).create(file()))
        .isInstanceOf(FileAlreadyExistsException.class);
  }

  /** A device on which every write fails, as on a full disk. */
  private static FileChannel openFull() throws IOException {
    Path device = Path.of("/dev/full");
    assumeThat(device).exists();
    return FileChannel.open(device, StandardOpenOption.WRITE);
  }

  private Path file() {
    return folder.resolve("file");
  }

  /** A disk with so many bytes free, as it says. */
  private static final class DiskOf extends Disk {
    private final long usableBytes;

    DiskOf(long usableBytes) {
      this.usableBytes = usableBytes;
    }

    @Override
    public long usableBytes(Path folder) {
      return usableBytes;
    }
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
