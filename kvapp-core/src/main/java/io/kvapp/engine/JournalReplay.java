package io.kvapp.engine;

import io.kvapp.KVException;
import io.kvapp.engine.file.Progress;
import io.kvapp.engine.journal.JournalHistory;
import io.kvapp.engine.journal.JournalPosition;
import io.kvapp.engine.journal.JournalSegment;
import io.kvapp.engine.journal.SegmentFileName;
import io.kvapp.engine.journal.SegmentReplay;
import io.kvapp.engine.memtable.Memtable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongUnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Replays the journal of a store that was not closed cleanly into memtables of bounded size:
 * segment after segment, up to the first record that is not whole.
 *
 * <p>For one thread, which is never interrupted; used once.
 */
final class JournalReplay {
  private static final Logger LOG = LoggerFactory.getLogger(JournalReplay.class);

  private final Path folder;
  private final boolean openDamaged;
  private final List<String> dropped;
  private final Progress progress;
  private final long memtableBytes;
  private final List<JournalSegment> segments = new ArrayList<>();

  /** The last revision before each segment. */
  private final List<Long> starts = new ArrayList<>();

  private long revision;
  private long replayed;
  private long records;
  private long cutBytes;

  /**
   * A replay.
   *
   * @param openDamaged whether to drop what is damaged
   * @param dropped takes one line for each thing that cannot be read
   * @param memtableBytes the bytes of the heap at which a memtable is full
   */
  JournalReplay(
      Path folder,
      boolean openDamaged,
      List<String> dropped,
      Progress progress,
      long memtableBytes) {
    this.folder = folder;
    this.openDamaged = openDamaged;
    this.dropped = dropped;
    this.progress = progress;
    this.memtableBytes = memtableBytes;
  }

  /** What becomes of the changes of a stretch of the journal. */
  interface Saving {
    /**
     * Saves changes.
     *
     * @param changes to be read before the call returns
     * @param revision the last one of them
     */
    void save(Memtable changes, long revision) throws IOException;
  }

  /**
   * Replays the segments from this one on.
   *
   * @param sequence of the first segment
   * @param before the last revision that is in the SSTables
   * @param counting makes the last revision that counts of the last one replayed
   * @param saving takes the changes, the oldest first, as they fill memtables
   * @throws KVException.Corrupt if a record that was on the disk cannot be read
   */
  void run(long sequence, long before, LongUnaryOperator counting, Saving saving)
      throws IOException {
    Stretch stretch = new Stretch(before, saving);
    revision = before;
    try {
      replay(sequence, stretch);
      replayed = revision;
      revision = counting.applyAsLong(revision);
      stretch.save(revision);
    } catch (UncheckedIOException failure) {
      throw failure.getCause();
    }
  }

  private void replay(long sequence, Stretch stretch) throws IOException {
    long next = sequence;
    while (true) {
      JournalSegment segment;
      try {
        segment = open(next);
      } catch (KVException.Corrupt damage) {
        drop(damage);
        return;
      }
      segments.add(segment);
      starts.add(revision);
      revision = segment.replay(revision, stretch::add);
      if (progress.isTimeToLog()) {
        LOG.info("recovery: {} journal records replayed", records);
      }
      if (segment.endReason() != SegmentReplay.End.SEALED) {
        endIn(segment);
        return;
      }
      next = segment.next();
    }
  }

  private JournalSegment open(long sequence) throws IOException {
    Path file = SegmentFileName.file(folder, sequence);
    if (!Files.exists(file)) {
      throw JournalSegment.damaged(file, -1, "the file is missing");
    }
    if (!openDamaged) {
      return JournalSegment.open(file, sequence);
    }
    JournalSegment segment = JournalSegment.openAnyway(file, sequence);
    if (!segment.isHeaderWhole()) {
      dropped.add(file + " at offset 0: the header; the records behind it are read");
    }
    return segment;
  }

  /** The changes that were replayed since the last ones were saved. */
  private final class Stretch {
    private final Saving saving;
    private Memtable changes;
    private long last;

    Stretch(long before, Saving saving) {
      this.saving = saving;
      this.changes = new Memtable(before);
      this.last = before;
    }

    /** Adds a change, before which all are saved if they are enough and of earlier records. */
    void add(byte[] key, JournalPosition slot) {
      if (slot.revision > last) {
        records++;
        if (changes.heapBytes() >= memtableBytes) {
          saveEarlier();
        }
      }
      last = slot.revision;
      changes.put(key, slot);
    }

    private void saveEarlier() {
      try {
        save(last);
      } catch (IOException failure) {
        throw new UncheckedIOException(failure);
      }
    }

    void save(long revision) throws IOException {
      if (revision > changes.lowRevision()) {
        saving.save(changes, revision);
        changes = new Memtable(revision);
      }
    }
  }

  private void endIn(JournalSegment segment) {
    if (segment.end() < segment.syncedOffset()) {
      drop(
          JournalSegment.damaged(
              segment.file, segment.end(), "a journal record that was on the disk cannot be read"));
    }
    cutBytes = segment.tornBytes();
  }

  private void drop(KVException.Corrupt damage) {
    if (!openDamaged) {
      throw damage;
    }
    dropped.add(
        damage.file() + " at offset " + Math.max(0, damage.offset()) + ": the rest of the journal");
  }

  /** The last revision that counts. */
  long revision() {
    return revision;
  }

  /** How many records were replayed. */
  long records() {
    return records;
  }

  /** The bytes of a torn record at the end of the journal, which count for nothing. */
  long cutBytes() {
    return cutBytes;
  }

  /** What the memtable points into. */
  List<JournalSegment> segments() {
    return List.copyOf(segments);
  }

  /** Passes the segments on to a history, all but those with nothing in them. */
  void passTo(JournalHistory history) {
    List<JournalSegment> left = new ArrayList<>();
    for (int i = 0; i < segments.size(); i++) {
      long last = i + 1 < starts.size() ? starts.get(i + 1) : replayed;
      if (!history.adopt(segments.get(i), starts.get(i), last)) {
        left.add(segments.get(i));
      }
    }
    segments.clear();
    segments.addAll(left);
  }

  /** Unmaps the segments, once all changes are saved. */
  void release() {
    segments.forEach(JournalSegment::release);
    segments.clear();
  }
}
