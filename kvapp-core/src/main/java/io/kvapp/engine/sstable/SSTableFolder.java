package io.kvapp.engine.sstable;

import io.kvapp.engine.file.Disk;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Where SSTables have their files. Files of discarded SSTables may be kept as spares, over which
 * the next SSTables are written: they have their blocks on the disk and their pages in memory,
 * which the system can take ten times as long to provide as to fill.
 *
 * <p>No manifest names a spare, and opening a store deletes those it finds. Safe for any thread.
 */
public final class SSTableFolder {
  /** The names of spares. */
  public static final String SPARES = "spare-*.kvs";

  private record Spare(Path file, long bytes) {}

  public final Disk disk;
  public final Path path;
  private final List<Spare> spares = new ArrayList<>();
  private long spareBytes;
  private long mostSpareBytes;
  private long made;

  /** A folder that keeps no spares, until {@link #keepSpares} allows it. */
  public SSTableFolder(Disk disk, Path path) {
    this.disk = disk;
    this.path = path;
  }

  /**
   * Makes a file, in the place of one that may be there.
   *
   * @param expectedBytes about what will be written, by which a spare is chosen; 0 for none
   * @return to write from its start; what was there behind what is written has to be cut off
   */
  FileChannel create(Path file, long expectedBytes) throws IOException {
    disk.delete(file);
    Spare spare = expectedBytes == 0 ? null : takeSpare(expectedBytes);
    if (spare == null) {
      return disk.create(file);
    }
    // Without its footer it cannot pass for what it was.
    return disk.reuse(spare.file, file, Math.max(0, spare.bytes - SSTableFile.FOOTER_BYTES));
  }

  /** The smallest spare of so many bytes, or else the largest; null where there is none. */
  private synchronized Spare takeSpare(long expectedBytes) {
    Comparator<Spare> bySize = Comparator.comparingLong(Spare::bytes);
    Spare chosen =
        spares.stream()
            .filter(spare -> spare.bytes >= expectedBytes)
            .min(bySize)
            .or(() -> spares.stream().max(bySize))
            .orElse(null);
    if (spares.remove(chosen)) {
      spareBytes -= chosen.bytes;
    }
    return chosen;
  }

  /** Takes a file that no manifest on the disk names and nobody has mapped: deletes it or not. */
  synchronized void discard(Path file, long bytes) {
    if (spareBytes + bytes > mostSpareBytes) {
      delete(file);
      return;
    }
    Path spare = path.resolve("spare-" + made++ + ".kvs");
    try {
      disk.move(file, spare);
    } catch (IOException failure) {
      delete(file);
      return;
    }
    spares.add(new Spare(spare, bytes));
    spareBytes += bytes;
  }

  /** From now on keeps spares of so many bytes together, and deletes what is above that. */
  public synchronized void keepSpares(long mostBytes) {
    mostSpareBytes = mostBytes;
    while (spareBytes > mostBytes) {
      Spare last = spares.remove(spares.size() - 1);
      spareBytes -= last.bytes;
      delete(last.file);
    }
  }

  /** Deletes a file as far as that is possible. */
  void delete(Path file) {
    try {
      disk.delete(file);
    } catch (IOException leftOver) {
      // The next open deletes files that the manifest does not name.
    }
  }
}
