package io.kvapp.server.command.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import io.kvapp.StoreInspection;
import io.kvapp.server.command.doctor.DiskCheck.Volume;
import io.kvapp.server.command.doctor.Finding.Status;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Each check of this machine, with what makes it warn or fail. */
class MachineChecksTest {
  private static final Setup.Limits LIMITS = new Setup.Limits(16 << 20, 64 << 20, 1_024, 256);
  private static final long HEAP = 256L << 20;

  @TempDir private Path temp;

  @Test
  void jvm_thatIsTested_isOk() {
    assertThat(new JvmCheck(Runtime.Version.parse("17.0.15"), Optional.empty()).findings())
        .allMatch(found -> found.status() == Status.OK);
  }

  @ParameterizedTest
  @ValueSource(strings = {"26", "25-ea"})
  void jvm_thatIsNotTested_warns(String version) {
    assertThat(new JvmCheck(Runtime.Version.parse(version), Optional.empty()).findings().get(0))
        .satisfies(found -> assertThat(found.status()).isEqualTo(Status.WARN))
        .satisfies(found -> assertThat(found.fix()).contains("17 to 25"));
  }

  @Test
  void folder_thatIsTheUsersAlone_isOk() throws IOException {
    assertThat(folder("rwx------", true)).allMatch(found -> found.status() == Status.OK);
  }

  @Test
  void folder_thatIsNotThere_warnsIfItWasNamed() {
    assertThat(only(new FolderCheck(temp.resolve("none"), true)))
        .matches(found -> found.status() == Status.WARN)
        .satisfies(found -> assertThat(found.fix()).contains("correct --data"));
    assertThat(only(new FolderCheck(temp.resolve("none"), false)).status()).isEqualTo(Status.OK);
  }

  @Test
  void folder_thatIsAFile_fails() throws IOException {
    Path file = Files.createFile(temp.resolve("file"));

    assertThat(only(new FolderCheck(file, true)))
        .matches(found -> found.status() == Status.FAIL)
        .satisfies(found -> assertThat(found.found()).endsWith("file is no folder"));
  }

  @Test
  void folder_thatOthersCanList_warns() throws IOException {
    assertThat(folder("rwxr-xr-x", true).get(1))
        .matches(found -> found.status() == Status.WARN)
        .satisfies(found -> assertThat(found.fix()).startsWith("run: chmod 700 "));
  }

  @Test
  void folder_thatOthersCanWrite_fails() throws IOException {
    assertThat(folder("rwxrwxrwx", true).get(1))
        .matches(found -> found.status() == Status.FAIL)
        .satisfies(found -> assertThat(found.fix()).startsWith("run: chmod go-w "));
  }

  @Test
  void folder_ofAnotherUser_fails() throws IOException {
    Path folder = Files.createDirectory(temp.resolve("data"));
    Assumptions.assumeTrue("root".equals(System.getProperty("user.name")), "only root gives it");
    Files.setAttribute(folder, "unix:uid", 12_345);

    assertThat(new FolderCheck(folder, true).findings().get(1))
        .matches(found -> found.status() == Status.FAIL)
        .satisfies(found -> assertThat(found.fix()).startsWith("run: chown root "));
  }

  @ParameterizedTest
  @CsvSource({
    "ext4, OK",
    "xfs, OK",
    "btrfs, WARN",
    "zfs, WARN",
    "nfs4, WARN",
    "overlay, WARN",
    "tmpfs, WARN",
    "vfat, WARN",
    "fuse.sshfs, WARN"
  })
  void fileSystem_ofEachKind_tellsWhatItDoesNotPromise(String type, Status status) {
    Finding found = disk(new Volume(type, 1L << 40)).get(0);

    assertThat(found.status()).isEqualTo(status);
    assertThat(found.found()).startsWith(type);
  }

  @Test
  void fileSystem_inMemory_warns() throws IOException {
    Path memory = Path.of("/dev/shm");
    Assumptions.assumeTrue(
        Files.isDirectory(memory) && Files.getFileStore(memory).type().equals("tmpfs"));

    Finding found =
        new DiskCheck(memory, StoreInspection.of(temp), DiskCheck::volume).findings().get(0);

    assertThat(found.status()).isEqualTo(Status.WARN);
    assertThat(found.found()).contains("is in memory");
  }

  @Test
  void fileSystem_thatCannotBeAsked_warns() {
    Finding found =
        only(
            new DiskCheck(
                temp,
                StoreInspection.of(temp),
                folder -> {
                  throw new IOException("stale handle");
                }));

    assertThat(found.status()).isEqualTo(Status.WARN);
    assertThat(found.found()).contains("stale handle");
  }

  @Test
  void space_forNoStore_fails() {
    assertThat(disk(new Volume("ext4", 5 << 20)).get(1))
        .matches(found -> found.status() == Status.FAIL)
        .satisfies(found -> assertThat(found.found()).startsWith("5 MiB free"));
  }

  @Test
  void space_forNoCompaction_warns() {
    StoreInspection large =
        new StoreInspection(
            Optional.empty(),
            StoreInspection.Condition.CLOSED,
            Optional.empty(),
            Optional.empty(),
            OptionalLong.empty(),
            Optional.of("2"),
            8 << 20,
            0,
            100 << 20,
            30 << 20);
    Finding found =
        new DiskCheck(temp, large, any -> new Volume("ext4", 100 << 20)).findings().get(1);

    assertThat(found.status()).isEqualTo(Status.WARN);
    assertThat(found.found()).contains("takes up to 108 MiB", "the next larger hash table 68 MiB");
  }

  @Test
  void write_isMeasured_andLeavesNothing() throws IOException {
    AtomicLong time = new AtomicLong();
    Finding found = only(new SyncCheck(temp, false, () -> time.addAndGet(1_000_000)));

    assertThat(found.status()).isEqualTo(Status.OK);
    assertThat(found.found()).contains("1.00 ms (p50), 1.00 ms (p99)");
    assertThat(temp).isEmptyDirectory();
  }

  @Test
  void write_thatTakesLong_warns() {
    AtomicLong time = new AtomicLong();
    Finding found = only(new SyncCheck(temp, false, () -> time.addAndGet(60_000_000)));

    assertThat(found.status()).isEqualTo(Status.WARN);
  }

  @Test
  void write_thatIsNotPossible_fails() {
    Assumptions.assumeTrue(Files.isDirectory(Path.of("/proc")), "nobody can write there");
    Finding found = only(new SyncCheck(Path.of("/proc/none"), false, System::nanoTime));

    assertThat(found.status()).isEqualTo(Status.FAIL);
    assertThat(found.found()).startsWith("/proc cannot be written: ");
  }

  @Test
  void write_ofAFolderToRead_isNotTried() {
    assertThat(new SyncCheck(temp, true, System::nanoTime).findings()).isEmpty();
  }

  @Test
  void clock_behindTheNewestFile_warns() throws IOException {
    Instant now = Instant.parse("2026-01-02T03:04:05Z");
    Path file = Files.createFile(temp.resolve("file"));
    Files.setLastModifiedTime(file, FileTime.from(now.plusSeconds(60)));

    assertThat(only(new ClockCheck(temp, InstantSource.fixed(now))))
        .matches(found -> found.status() == Status.WARN)
        .satisfies(found -> assertThat(found.found()).contains("is 60 s behind"));
    assertThat(only(new ClockCheck(temp, InstantSource.fixed(now.plusSeconds(61)))).status())
        .isEqualTo(Status.OK);
  }

  @Test
  void port_thatIsFree_isOk() {
    assertThat(only(new PortCheck("localhost", 0, false)).status()).isEqualTo(Status.OK);
  }

  @Test
  void port_thatIsTaken_fails_andNamesTheProcess() throws IOException {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      int port = taken.getLocalPort();

      Finding found = only(new PortCheck("localhost", port, false));

      assertThat(found.status()).isEqualTo(Status.FAIL);
      if (Files.exists(Path.of("/proc/net/tcp"))) {
        assertThat(found.found()).contains("process " + ProcessHandle.current().pid() + " (");
        assertThat(only(new PortCheck("localhost", port, true)).status()).isEqualTo(Status.OK);
      }
    }
  }

  @Test
  void port_thatIsTakenWithoutAListener_fails() throws IOException {
    try (Socket bound = new Socket()) {
      bound.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));

      assertThat(only(new PortCheck("localhost", bound.getLocalPort(), false)))
          .matches(found -> found.status() == Status.FAIL)
          .satisfies(found -> assertThat(found.found()).contains("cannot be listened on ("));
    }
  }

  @ParameterizedTest
  @CsvSource({"192.0.2.1, is not of this machine", "host.invalid, is not known"})
  void port_ofAnotherMachine_fails(String host, String why) {
    assertThat(only(new PortCheck(host, 0, false)))
        .matches(found -> found.status() == Status.FAIL)
        .satisfies(found -> assertThat(found.found()).endsWith(why));
  }

  @ParameterizedTest
  @CsvSource({"100, FAIL", "1000, WARN", "4096, OK", "9223372036854775807, OK"})
  void openFiles_areHeldAgainstTheConnections(long has, Status status) {
    Finding found = only(new OpenFilesCheck(LIMITS, OptionalLong.of(has)));

    assertThat(found.status()).isEqualTo(status);
    assertThat(found.fix().isEmpty() || found.fix().contains("1480")).isTrue();
  }

  @Test
  void openFiles_thatAreNotKnown_sayNothing() {
    assertThat(new OpenFilesCheck(LIMITS, OptionalLong.empty()).findings()).isEmpty();
  }

  @Test
  void heap_thatHasRoom_isOk() {
    assertThat(only(new HeapCheck(LIMITS, HEAP)).status()).isEqualTo(Status.OK);
  }

  @ParameterizedTest
  @CsvSource({
    "250, 16, FAIL, can run out",
    "160, 16, WARN, may take more than half",
    "64, 48, WARN, are refused in spite of --max-value 48 MiB",
    "8, 16, WARN, which gets 503"
  })
  void heap_thatIsTooSmall_saysForWhat(int buffered, int value, Status status, String why) {
    Setup.Limits limits = new Setup.Limits(value << 20, (long) buffered << 20, 1_024, 256);

    assertThat(only(new HeapCheck(limits, HEAP)))
        .matches(found -> found.status() == status)
        .satisfies(found -> assertThat(found.found()).contains(why));
  }

  @Test
  void check_thatFailsByItself_isAFinding_andTheOthersGoOn() {
    Check broken =
        () -> {
          throw new IllegalStateException("oh");
        };
    Check fine = () -> List.of(Finding.ok("fine", "fine"));

    assertThat(new Doctor(List.of(broken, fine)).findings())
        .extracting(Finding::status)
        .containsExactly(Status.FAIL, Status.OK);
  }

  private List<Finding> folder(String modes, boolean named) throws IOException {
    Path folder = Files.createDirectory(temp.resolve("data"));
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString(modes));
    return new FolderCheck(folder, named).findings();
  }

  private List<Finding> disk(Volume volume) {
    return new DiskCheck(temp, StoreInspection.of(temp), any -> volume).findings();
  }

  private static Finding only(Check check) {
    List<Finding> findings = check.findings();
    assertThat(findings).hasSize(1);
    return findings.get(0);
  }
}
