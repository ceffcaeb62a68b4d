package io.kvapp.engine.file;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReserveTest {
  private static final long KIB = 1024;

  @TempDir Path folder;
  private SmallDisk disk;
  private Reserve reserve;

  @BeforeEach
  void make() throws IOException {
    disk = new SmallDisk(folder);
    disk.leave(100_000 * KIB);
    reserve = new Reserve(disk, folder);
  }

  @Test
  void trim_ofPiecesThatWereMadeForAFarLargerReserve_leavesWhatIsWanted() throws IOException {
    reserve.fill(200 * KIB, 100 * KIB);
    reserve.fill(1_200 * KIB, 1_000 * KIB);
    assertThat(inFiles()).isEqualTo(1_200 * KIB);

    reserve.trim(500 * KIB, 100 * KIB);

    assertThat(reserve.bytes()).isEqualTo(500 * KIB);
    assertThat(inFiles()).isEqualTo(500 * KIB);
    Reserve found = new Reserve(disk, folder);
    found.find();
    assertThat(found.bytes()).isEqualTo(500 * KIB);
    reserve.release(1);
    assertThat(inFiles()).isEqualTo(200 * KIB);
  }

  @Test
  void trim_leavesWhatIsHardlyMoreThanWanted() throws IOException {
    reserve.fill(500 * KIB, 100 * KIB);

    assertThat(reserve.isBeyond(400 * KIB, 100 * KIB)).isFalse();
    reserve.trim(400 * KIB, 100 * KIB);

    assertThat(inFiles()).isEqualTo(500 * KIB);
    reserve.trim(0, 0);
    assertThat(inFiles()).isZero();
  }

  @Test
  void trim_whileSomeIsMissing_givesNothingBack() throws IOException {
    reserve.fill(500 * KIB, 100 * KIB);
    assertThat(reserve.release(100 * KIB)).isTrue();
    assertThat(reserve.missingBytes()).isEqualTo(100 * KIB);

    reserve.trim(100 * KIB, 0);
    assertThat(inFiles()).isEqualTo(400 * KIB);

    reserve.fill(500 * KIB, 100 * KIB);
    reserve.trim(100 * KIB, 0);
    assertThat(inFiles()).isEqualTo(100 * KIB);
  }

  @Test
  void fill_ofAFullDisk_takesWhatIsMissingAsSoonAsItIsFree() throws IOException {
    reserve.fill(500 * KIB, 100 * KIB);
    reserve.release(200 * KIB);
    disk.leave(150 * KIB);
    reserve.fill(500 * KIB, 100 * KIB);
    assertThat(inFiles()).isEqualTo(400 * KIB);

    disk.leave(150 * KIB);
    reserve.fill(900 * KIB, 100 * KIB);
    assertThat(inFiles()).isEqualTo(500 * KIB);
    disk.leave(150 * KIB);
    reserve.fill(900 * KIB, 100 * KIB);
    assertThat(inFiles()).isEqualTo(500 * KIB);
  }

  private long inFiles() throws IOException {
    long bytes = 0;
    for (Path file : Disk.listFiles(folder, Reserve.FILES)) {
      bytes += Files.size(file);
    }
    return bytes;
  }
}
