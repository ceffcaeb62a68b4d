package io.kvapp.engine.tree;

import io.kvapp.KVException;
import io.kvapp.engine.event.CompactionEvent;
import io.kvapp.engine.file.NoSpaceException;
import io.kvapp.engine.model.Cursor;
import io.kvapp.engine.model.MergeCursor;
import io.kvapp.engine.sstable.SSTable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Compacts SSTables: merges several into one, so that scans have few to read and changes that newer
 * ones hide give their space back.
 *
 * <p>Compaction is size-tiered: SSTables of similar size are merged. The structure is that of
 * O'Neil et al., "The Log-Structured Merge-Tree" (1996).
 *
 * <p>For one thread at a time, which is never interrupted; {@link #compactions} is for any.
 */
public final class Compactor {
  private static final Logger LOG = LoggerFactory.getLogger(Compactor.class);

  private static final int MIN_SSTABLES = 4;
  private static final int MIN_SSTABLES_WHILE_IDLE = 2;
  private static final int GARBAGE_SLACK = 10_000;
  private static final int STEPS_BETWEEN_PAUSES = 1024;
  private static final int MIN_EXPECTED_BYTES = 64 << 10;

  /** More than this share of garbage beside what lives is not left behind by a close. */
  private static final int GARBAGE_SHARE_AT_CLOSE = 4;

  /** Takes a second or two. */
  private static final long MAX_BYTES_AT_CLOSE = 512 << 20;

  private final VersionSet versions;
  private final LongSupplier entries;
  private List<SSTable> unreadable = List.of();
  private volatile long compactions;

  /**
   * A compactor.
   *
   * @param entries how many entries the store holds, for when the manifest does not know it
   */
  public Compactor(VersionSet versions, LongSupplier entries) {
    this.versions = versions;
    this.entries = entries;
  }

  /**
   * Compacts SSTables once where that pays.
   *
   * @param idle whether the disk has nothing better to do, so that a smaller gain pays
   * @param pace called now and then; what it throws ends the compaction without a trace
   * @return whether there was anything to compact
   * @throws KVException.Corrupt if an entry cannot be read; the same SSTables are not tried again
   */
  public boolean compact(boolean idle, Runnable pace) throws IOException {
    VersionSet.Flushed flushed = versions.flushed();
    List<SSTable> all = flushed.sstables();
    List<SSTable> chosen = all.subList(0, countToCompact(all, flushed.entries(), idle));
    if (chosen.isEmpty() || chosen.equals(unreadable)) {
      return false;
    }
    try {
      compact(chosen, chosen.size() == all.size(), flushed.entries(), pace);
      return true;
    } catch (KVException.Corrupt damage) {
      unreadable = List.copyOf(chosen);
      throw damage;
    }
  }

  /**
   * Makes one SSTable of all where a good part of them is garbage and little enough lives, as the
   * last work on a store that is closed: one that nobody opens for long takes no more disk than it
   * must. What cannot be compacted stays as it is.
   *
   * @param pace as for {@link #compactAll}
   */
  public void compactToClose(Runnable pace) throws IOException {
    VersionSet.Flushed flushed = versions.flushed();
    if (!isWorthCompactingToClose(flushed)) {
      return;
    }
    try {
      compact(flushed.sstables(), true, flushed.entries(), pace);
    } catch (NoSpaceException | KVException.Corrupt | VirtualMachineError obstacle) {
      LOG.warn(
          "{} is closed with SSTables that hold garbage: {}",
          versions.folder.path,
          obstacle.toString());
    }
  }

  private boolean isWorthCompactingToClose(VersionSet.Flushed flushed) {
    long live = flushed.entries();
    long all = flushed.sstables().stream().mapToLong(each -> each.puts() + each.deletes()).sum();
    return live != Manifest.UNKNOWN
        && all > live + live / GARBAGE_SHARE_AT_CLOSE + GARBAGE_SLACK
        && expectedBytes(flushed.sstables(), true, live) <= MAX_BYTES_AT_CLOSE;
  }

  /**
   * Makes one SSTable of all, without deletes.
   *
   * @param pace called now and then; what it throws ends the compaction without a trace
   */
  public void compactAll(Runnable pace) throws IOException {
    VersionSet.Flushed flushed = versions.flushed();
    List<SSTable> all = flushed.sstables();
    if (all.size() > 1 || all.stream().anyMatch(Compactor::isWorthRewriting)) {
      compact(all, true, flushed.entries(), pace);
    }
  }

  private static boolean isWorthRewriting(SSTable sstable) {
    return sstable.deletes() > 0 || !sstable.areExpiriesWhole();
  }

  private void compact(List<SSTable> inputs, boolean dropDeletes, long live, Runnable pace)
      throws IOException {
    long expected = expectedBytes(inputs, dropDeletes, live);
    if (isWorthTheReserve(expected, inputs)) {
      versions.folder.requireSpaceOrReserve(expected);
    } else {
      versions.folder.requireSpace(expected, versions.keptFreeBytes());
    }
    // Only this thread takes SSTables out of the version, so the current one holds these until the
    // result replaces them.
    CompactionEvent event = new CompactionEvent();
    event.begin();
    event.sstables = inputs.size();
    event.bytesBefore = bytes(inputs);
    List<Cursor> entries = new ArrayList<>();
    for (SSTable sstable : inputs) {
      entries.add(sstable.entries(new byte[0], null, false));
    }
    try (SSTable result =
        SSTable.write(
            versions.folder,
            versions.takeNumber(),
            inputs.get(inputs.size() - 1).lowRevision(),
            inputs.get(0).identity.highRevision(),
            new PacedCursor(entries, pace),
            event.bytesBefore,
            dropDeletes)) {
      versions.replaceSSTables(inputs, result);
      event.bytesAfter = result.fileBytes();
    } finally {
      event.commit();
    }
    compactions++;
    if (dropDeletes) {
      versions.emptyRanges.clear();
    }
  }

  /** How many compactions have replaced SSTables. */
  public long compactions() {
    return compactions;
  }

  /** Whether a compaction gives so much space back that it may take some first. */
  private static boolean isWorthTheReserve(long expected, List<SSTable> inputs) {
    return expected <= bytes(inputs) / 4 * 3;
  }

  private static long bytes(List<SSTable> sstables) {
    return sstables.stream().mapToLong(SSTable::fileBytes).sum();
  }

  /** About how much a compaction writes; of all SSTables, only the entries that they hold. */
  private static long expectedBytes(List<SSTable> inputs, boolean all, long live) {
    long bytes = bytes(inputs);
    long puts = inputs.stream().mapToLong(SSTable::puts).sum();
    return all && live != Manifest.UNKNOWN && live < puts
        ? (long) ((double) bytes / puts * live) + MIN_EXPECTED_BYTES
        : bytes;
  }

  /** Calls something now and then while it is stepped through. */
  private static final class PacedCursor extends MergeCursor {
    private final Runnable pace;
    private int steps;

    PacedCursor(List<Cursor> newestFirst, Runnable pace) {
      super(newestFirst, false);
      this.pace = pace;
    }

    @Override
    public boolean next() {
      if (++steps % STEPS_BETWEEN_PAUSES == 0) {
        pace.run();
      }
      return super.next();
    }
  }

  /**
   * How many of the newest SSTables to compact: all when they are mostly garbage, else as many as
   * make the oldest of them small beside the rest, so that an entry is rewritten a logarithmic
   * number of times.
   *
   * @param known how many entries these hold, or {@link Manifest#UNKNOWN}
   */
  private int countToCompact(List<SSTable> sstables, long known, boolean idle) throws IOException {
    long puts = sstables.stream().mapToLong(SSTable::puts).sum();
    long deletes = sstables.stream().mapToLong(SSTable::deletes).sum();
    // What the SSTables hold, not the store: a delete makes garbage here only once it is flushed.
    long live = known == Manifest.UNKNOWN ? entries.getAsLong() : known;
    boolean reducible = sstables.size() > 1 || deletes > 0;
    if (reducible
        && (puts > live + live / 4 * 3 + GARBAGE_SLACK || deletes > live + GARBAGE_SLACK)) {
      return sstables.size();
    }
    if (reducible
        && isWorthTheReserve(expectedBytes(sstables, true, known), sstables)
        && versions.usableBytes() < bytes(sstables)) {
      return sstables.size();
    }
    int min = idle ? MIN_SSTABLES_WHILE_IDLE : MIN_SSTABLES;
    long newer = 0;
    int count = 0;
    for (int i = 0; i < sstables.size(); i++) {
      long bytes = sstables.get(i).fileBytes();
      boolean small = idle ? bytes <= newer * 8 : bytes <= newer / 2;
      if (i + 1 >= min && small) {
        count = i + 1;
      }
      newer += bytes;
    }
    return count;
  }
}
