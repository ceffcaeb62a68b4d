package io.kvapp.engine;

import io.kvapp.KVException;
import io.kvapp.engine.file.Progress;
import io.kvapp.engine.journal.JournalPosition;
import io.kvapp.engine.journal.JournalSegment;
import io.kvapp.engine.journal.SegmentFileName;
import io.kvapp.engine.memtable.Memtable;
import io.kvapp.engine.model.ExpiryKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Replays the journal of a store that was not closed cleanly into a memtable: segment after
 * segment, up to the first record that is not whole.
 *
 * <p>For one thread, which is never interrupted; used once.
 */
final class JournalReplay {
  private static final Logger LOG = LoggerFactory.getLogger(JournalReplay.class);

  private final Path folder;
  private final boolean openDamaged;
  private final List<String> dropped;
  private final Progress progress;
  private final List<JournalSegment> segments = new ArrayList<>();
  private long revision;
  private long lastRecord;
  private long records;
  private long cutBytes;

  /**
   * A replay.
   *
   * @param openDamaged whether to drop what is damaged
   * @param dropped takes one line for each thing that cannot be read
   */
  JournalReplay(Path folder, boolean openDamaged, List<String> dropped, Progress progress) {
    this.folder = folder;
    this.openDamaged = openDamaged;
    this.dropped = dropped;
    this.progress = progress;
  }

  /**
   * Replays the segments from this one on.
   *
   * @param sequence of the first segment
   * @param before the last revision that is in the SSTables
   * @return the changes; it points into the segments, which {@link #release} unmaps
   * @throws KVException.Corrupt if a record that was on the disk cannot be read
   */
  Memtable run(long sequence, long before) throws IOException {
    Memtable recent = new Memtable(before);
    revision = before;
    long next = sequence;
    while (true) {
      JournalSegment segment;
      try {
        segment = open(next);
      } catch (KVException.Corrupt damage) {
        drop(damage);
        return recent;
      }
      segments.add(segment);
      revision = segment.replay(revision, (key, slot) -> put(recent, key, slot));
      if (progress.isTimeToLog()) {
        LOG.info("recovery: {} journal records replayed", records);
      }
      if (segment.endReason() != JournalSegment.End.SEALED) {
        endIn(segment);
        return recent;
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

  private void put(Memtable recent, byte[] key, JournalPosition slot) {
    if (slot.revision != lastRecord) {
      lastRecord = slot.revision;
      records++;
    }
    recent.put(key, slot);
    if (slot.expiresAt() != 0) {
      recent.putExpiry(ExpiryKey.key(slot.expiresAt(), key), JournalPosition.mark(slot.revision));
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

  /** The revision of the last change replayed, or that before the first. */
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

  /** Unmaps the segments, to which the memtable must not be asked any more. */
  void release() {
    segments.forEach(JournalSegment::release);
    segments.clear();
  }
}
