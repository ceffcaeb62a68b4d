package io.kvapp.engine.sstable;

import io.kvapp.engine.file.Disk;
import io.kvapp.engine.file.NoSpaceException;
import io.kvapp.engine.file.Reserve;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.regex.Pattern;

/**
 * Where SSTables have their files. Files of discarded SSTables may be kept, and the next SSTables
 * written over them: such a recycled file has its blocks on the disk and its pages in memory, and
 * the system can take ten times as long to provide these as to fill them.
 *
 * <p>No manifest names a recycled file, and opening a store deletes those it finds.
 *
 * <p>Safe for any thread.
 */
public final class SSTableFolder {
  /** The names of recycled files. */
  public static final Pattern RECYCLED = Pattern.compile("spare-\\d{1,18}\\.kvs");

  /** An estimate may be too low by this share, and a manifest takes some bytes too. */
  private static final int SLACK_SHARE = 8;

  private static final int SLACK_BYTES = 64 << 10;

  private record Recycled(Path file, long bytes) {}

  public final Disk disk;
  public final Path path;
  public final Reserve reserve;
  private final List<Recycled> recycled = new ArrayList<>();
  private long recycledBytes;
  private long maxRecycledBytes;
  private long made;
  private volatile BooleanSupplier givingWay = () -> false;

  /** A folder that keeps no recycled files, until {@link #keepRecycled} allows it. */
  public SSTableFolder(Disk disk, Path path) {
    this.disk = disk;
    this.path = path;
    this.reserve = new Reserve(disk, path);
  }

  /**
   * Makes a file, in the place of one that may be there.
   *
   * @param expectedBytes about what will be written, by which a recycled file is chosen; 0 for a
   *     new file
   * @return to write from its start; the caller cuts off what is left behind the new content
   */
  FileChannel create(Path file, long expectedBytes) throws IOException {
    disk.delete(file);
    Recycled old = expectedBytes == 0 ? null : takeRecycled(expectedBytes);
    if (old == null) {
      return disk.create(file);
    }
    // Without its footer it cannot pass for the file it was.
    return disk.reuse(old.file, file, Math.max(0, old.bytes - SSTableFormat.FOOTER_BYTES));
  }

  /** The smallest recycled file of so many bytes, else the largest; null where there is none. */
  private synchronized Recycled takeRecycled(long expectedBytes) {
    Comparator<Recycled> bySize = Comparator.comparingLong(Recycled::bytes);
    Recycled chosen =
        recycled.stream()
            .filter(file -> file.bytes >= expectedBytes)
            .min(bySize)
            .or(() -> recycled.stream().max(bySize))
            .orElse(null);
    if (recycled.remove(chosen)) {
      recycledBytes -= chosen.bytes;
    }
    return chosen;
  }

  /** Recycles or deletes a file, which no manifest on the disk names and nothing has mapped. */
  synchronized void discard(Path file, long bytes) {
    if (recycledBytes + bytes > maxRecycledBytes) {
      delete(file);
      return;
    }
    Path kept = path.resolve("spare-" + made++ + ".kvs");
    try {
      disk.move(file, kept);
    } catch (IOException failure) {
      delete(file);
      return;
    }
    recycled.add(new Recycled(kept, bytes));
    recycledBytes += bytes;
  }

  /** From now on keeps recycled files of so many bytes together, and deletes those beyond. */
  public synchronized void keepRecycled(long maxBytes) {
    maxRecycledBytes = maxBytes;
    while (recycledBytes > maxBytes) {
      Recycled last = recycled.remove(recycled.size() - 1);
      recycledBytes -= last.bytes;
      delete(last.file);
    }
  }

  /** Sets what gives space back that is better used for an SSTable, and says whether it did. */
  public void giveWay(BooleanSupplier giving) {
    givingWay = giving;
  }

  /**
   * Checks that there is space for an SSTable, before it is begun; recycled files and the history
   * give way to it.
   *
   * @param bytes the most that it takes
   * @param keptFree how much has to be free afterwards
   */
  public void requireSpace(long bytes, long keptFree) throws IOException {
    Path any = path.resolve("an SSTable");
    try {
      disk.requireUsable(any, bytes, keptFree);
    } catch (NoSpaceException full) {
      deleteRecycled();
      givingWay.getAsBoolean();
      disk.requireUsable(any, bytes, keptFree);
    }
  }

  /**
   * Checks that there is space for an SSTable that gives more back than it takes, before it is
   * begun; recycled files and the {@link #reserve} give way to it.
   *
   * @param bytes about how much it takes
   */
  public void requireSpaceOrReserve(long bytes) throws IOException {
    long most = bytes + bytes / SLACK_SHARE + SLACK_BYTES;
    try {
      requireSpace(most, 0);
    } catch (NoSpaceException full) {
      long missing = most - disk.usableBytes(path);
      if (missing > reserve.bytes()) {
        throw full;
      }
      reserve.release(missing);
    }
  }

  private synchronized void deleteRecycled() {
    long max = maxRecycledBytes;
    keepRecycled(0);
    maxRecycledBytes = max;
  }

  /** Deletes a file where that is possible. */
  void delete(Path file) {
    try {
      disk.delete(file);
    } catch (IOException leftOver) {
      // The next open deletes files that the manifest does not name.
    }
  }
}
