package io.kvapp.engine.sstable;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kvapp.Entry;
import io.kvapp.KVException;
import io.kvapp.engine.file.Disk;
import io.kvapp.engine.model.Cursor;
import io.kvapp.engine.transfer.BackupFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files of discarded SSTables, over which others are written. */
class SSTableFolderTest {
  @TempDir Path path;

  private SSTableFolder folder;
  private long number;

  @BeforeEach
  void prepare() {
    folder = new SSTableFolder(new Disk(), path);
  }

  @Test
  void sstable_writtenOverALargerOne_holdsItsOwnEntriesAlone() throws Exception {
    SSTable large = write(1_000, "old");
    Object file = fileKey(large);
    folder.keepRecycled(large.fileBytes());
    discard(large);
    assertThat(recycled()).hasSize(1);

    SSTable small = write(10, "new");

    assertThat(fileKey(small)).isEqualTo(file);
    assertThat(recycled()).isEmpty();
    Cursor cursor = small.entries(new byte[0], null, false);
    int entries = 0;
    while (cursor.next()) {
      assertThat(cursor.value()).asString(UTF_8).startsWith("new");
      entries++;
    }
    assertThat(entries).isEqualTo(10);
    assertThat(small.fileBytes())
        .isEqualTo(Files.size(small.files().get(0).path))
        .isLessThan(1_000);
    small.close();
  }

  @Test
  void sstable_largerThanEveryRecycledFile_isWrittenOverTheLargestOfThem() throws Exception {
    SSTable small = write(10, "small");
    SSTable large = write(100, "large");
    Object file = fileKey(large);
    folder.keepRecycled(1 << 20);
    discard(small);
    discard(large);

    SSTable larger = write(1_000, "larger");

    assertThat(fileKey(larger)).isEqualTo(file);
    larger.files().forEach(SSTableFile::readAll);
    assertThat(recycled()).hasSize(1);
    larger.close();
  }

  @Test
  void sstable_smallerThanSeveralRecycledFiles_isWrittenOverTheSmallest() throws Exception {
    SSTable medium = write(100, "medium");
    SSTable large = write(1_000, "large");
    Object file = fileKey(medium);
    folder.keepRecycled(1 << 20);
    discard(large);
    discard(medium);

    SSTable small = write(10, "small");

    assertThat(fileKey(small)).isEqualTo(file);
    small.close();
  }

  @Test
  void recycledFiles_areKeptUpToTheirMaximum() throws Exception {
    SSTable first = write(100, "value");
    SSTable second = write(100, "value");
    folder.keepRecycled(first.fileBytes() * 3 / 2);
    discard(first);
    discard(second);
    assertThat(recycled()).hasSize(1);
    assertThat(Disk.list(path, "snapshot-*")).isEmpty();

    folder.keepRecycled(0);

    assertThat(recycled()).isEmpty();
  }

  @Test
  void recycledFile_thatIsNotWrittenOver_doesNotPassForTheFileItWas() throws Exception {
    SSTable old = write(1_000, "old");
    folder.keepRecycled(1 << 20);
    discard(old);
    Path file = SSTableFileName.file(path, ++number, 0);

    try (FileChannel channel = folder.create(file, 1)) {
      channel.write(ByteBuffer.allocate(SSTableFormat.HEADER_BYTES));
    }

    SSTableFile unfinished = SSTableFile.openAnyway(file);
    assertThat(unfinished.count).isEqualTo(SSTableFile.UNKNOWN);
    assertThatThrownBy(() -> unfinished.reader().loadBehind(0))
        .isInstanceOf(KVException.Corrupt.class);
    unfinished.unmap();
  }

  private SSTable write(int entries, String value) throws IOException {
    List<Entry> changes = new ArrayList<>();
    for (int i = 0; i < entries; i++) {
      changes.add(
          new Entry("%07d".formatted(i).getBytes(UTF_8), (value + i).getBytes(UTF_8), i + 1, 0));
    }
    return SSTable.write(
        folder, ++number, 0, entries, new BackupFiles.EntryCursor(changes), entries * 50L, true);
  }

  private static Object fileKey(SSTable sstable) throws IOException {
    return Files.readAttributes(sstable.files().get(0).path, BasicFileAttributes.class).fileKey();
  }

  private static void discard(SSTable sstable) {
    sstable.discard();
    sstable.close();
  }

  private List<Path> recycled() throws IOException {
    return Disk.list(path, "spare-*");
  }
}
