package io.kvapp.engine.hashtable;

import io.kvapp.KVException;
import io.kvapp.engine.event.GrowthEvent;
import io.kvapp.engine.file.Disk;
import io.kvapp.engine.model.StripedLocks;
import io.kvapp.engine.tree.Manifest;
import io.kvapp.engine.tree.Version;
import java.io.IOException;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.LongPredicate;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the hash table of a {@link HashIndex} whole and of fitting size, while readers and writers
 * go on: replaces it, fills one that does not hold all entries yet, and brings it to the disk.
 *
 * <p>For one background thread, which is never interrupted.
 */
public final class HashTableUpkeep {
  private static final Logger LOG = LoggerFactory.getLogger(HashTableUpkeep.class);

  private final HashIndex index;
  private final HashTableFolder folder;
  private final StripedLocks stripes;
  private final Truth truth;
  private final WaitingEntries waiting;
  private final long maxWaitingBytes;

  HashTableUpkeep(
      HashIndex index,
      HashTableFolder folder,
      StripedLocks stripes,
      Truth truth,
      WaitingEntries waiting,
      long maxWaitingBytes) {
    this.index = index;
    this.folder = folder;
    this.stripes = stripes;
    this.truth = truth;
    this.waiting = waiting;
    this.maxWaitingBytes = maxWaitingBytes;
  }

  /**
   * Begins a new hash table, which is to be {@linkplain #rebuild filled}, in place of suspect ones.
   */
  public void renew() throws IOException {
    HashTable old = index.current();
    LOG.warn(
        "{} is replaced by one filled anew; the tree answers meanwhile",
        old.file(),
        index.suspicion());
    for (HashTable suspect : index.beginAnew(folder.createLike(old))) {
      folder.abandon(suspect);
    }
  }

  /**
   * Whether the hash table is to be replaced by a larger one, or because it is damaged.
   *
   * @param added how many entries are added in a second, as a growth that began late would find the
   *     hash table full
   */
  public boolean needsGrowth(long added) {
    return !index.isMoving()
        && !index.isSuspect()
        && (index.current().isDamaged()
            || HashTableSizing.canGrow(index.current().layoutSize())
                && (!waiting.isEmpty() || HashTableSizing.isCrowded(index.current(), added)));
  }

  /** Whether a much smaller hash table would do, or a smaller one where few entries are added. */
  public boolean needsShrinking(boolean steady) {
    return !index.isMoving()
        && !index.isPartial()
        && !index.isSuspect()
        && HashTableSizing.isFarTooLarge(index.current(), steady);
  }

  /**
   * Whether pages of the other size pay off, so that the hash table is to be replaced.
   *
   * @param calm whether times have been calm lately, or else busy
   * @param bytesWritten how much was written in these times
   */
  public boolean needsOtherPages(boolean calm, long bytesWritten) {
    return !index.isMoving()
        && !index.isPartial()
        && !index.isSuspect()
        && folder.pages.needsOther(index.current(), calm, bytesWritten);
  }

  /**
   * Has a hash table of fitting size take over, while readers and writers go on.
   *
   * @param busy whether much is written; a larger hash table is laid out for huge pages then
   * @param steady whether hardly any entries have been added lately; there is little room then
   * @param keptFree how many bytes have to be free on the disk afterwards
   * @param goOn asked now and then, with how many entries are left to copy; after a first no the
   *     old hash table stays, after a later one both stay as they are, to be closed
   */
  public void resize(boolean busy, boolean steady, long keptFree, LongPredicate goOn)
      throws IOException {
    HashTable old = index.current();
    long entries = Math.max(index.size(), old.size() + waiting.count());
    HashTable larger =
        folder.createReplacement(old, entries, !waiting.isEmpty(), busy, steady, keptFree);
    if (old.isDamaged()) {
      LOG.warn("{} is damaged and is replaced; the tree answers meanwhile", old.file());
    }
    LongPredicate goOnCopying = left -> !index.isSuspect() && goOn.test(left);
    if (!goOnCopying.test(entries)) {
      folder.delete(larger);
      return;
    }
    LOG.debug("{} is migrated to {}", old.file(), larger.file());
    GrowthEvent event = new GrowthEvent();
    event.begin();
    event.bytesBefore = old.fileBytes();
    event.bytesAfter = larger.fileBytes();
    event.entries = entries;
    try {
      event.complete = migrate(old, larger, goOnCopying);
    } finally {
      event.commit();
    }
  }

  /** Moves all entries; returns whether the other hash table has taken over. */
  private boolean migrate(HashTable old, HashTable larger, LongPredicate goOn) throws IOException {
    Migration migration = migrationTo(larger);
    try {
      stripes.withoutWriters(() -> index.moveTo(larger));
      migration.takeWaiting();
      migration.copyAll(old, goOn);
    } catch (KVException known) {
      throw known;
    } catch (RuntimeException unreadable) {
      // Pages that the system has lost are what no call of Chronicle expects.
      index.suspect(unreadable);
    } catch (Error failure) {
      index.suspect(failure);
      throw failure;
    }
    if (!goOn.test(0)) {
      return false;
    }
    index.endMove();
    // What was copied may have been read from pages that the system had lost.
    suspectUnlessWritten(old, folder::discard);
    folder.delete(old);
    return true;
  }

  private Migration migrationTo(HashTable table) {
    return new Migration(stripes, truth, table, waiting, index::noteDamage);
  }

  /**
   * Fills in what is in the truth only, while readers and writers go on.
   *
   * @param revision supplies the last revision given to a write
   * @param goOn asked now and then
   * @return whether the index is complete now; false if it was told to stop, or became {@linkplain
   *     HashIndex#isOverfull overfull}
   * @throws KVException.Corrupt if an entry cannot be read; the index stays partial
   */
  public boolean rebuild(LongSupplier revision, BooleanSupplier goOn) {
    BooleanSupplier goOnFilling =
        () -> goOn.getAsBoolean() && !index.isOverfull() && !index.isSuspect();
    GrowthEvent event = new GrowthEvent();
    event.begin();
    event.bytesAfter = index.current().fileBytes();
    event.entries = index.size();
    try {
      Rebuild filling =
          new Rebuild(stripes, truth, migrationTo(index.current()), index::size, goOnFilling);
      event.complete = filling.run(revision);
    } finally {
      event.commit();
    }
    if (event.complete) {
      index.endFilling();
    }
    return !index.isPartial();
  }

  /** Makes a hash table of the entries of a version that nobody changes, as {@link #resize}. */
  public PreparedTable prepare(
      Version version, HashTableSize size, long entries, BooleanSupplier goOn) throws IOException {
    return PreparedTable.make(
        folder,
        HashTableSizing.initial(size, entries, folder.usableBytes()),
        maxWaitingBytes,
        (table, own, hasRoom) -> {
          BooleanSupplier goOnFilling = () -> goOn.getAsBoolean() && hasRoom.getAsBoolean();
          TableFilling filling = table.filling(own);
          new Rebuild(stripes, truth, filling, () -> entries, goOnFilling).run(version);
          filling.finish();
        });
  }

  /** Deletes the files of earlier hash tables, which takes seconds for large ones. */
  public void deleteOthers() {
    folder.deleteOthers(index.current());
  }

  /** Looks for damage in parts that are unused since the hash table was opened. */
  public void checkAhead(BooleanSupplier goOn) {
    HashTable table = index.current();
    for (int turn = 0; turn < table.parts() && goOn.getAsBoolean(); turn++) {
      table.isSound(table.scattered(turn));
    }
  }

  /**
   * Waits until the file of the hash table is on the disk, while readers and writers go on. If the
   * system could not write some of it since the table was made or opened, all is left to the truth
   * as {@link HashIndex#suspect} says, since what it could not write may read as absence.
   *
   * @throws Disk.Fenced if the folder is not the store's to write; all stays as it is
   */
  public void sync() throws IOException {
    suspectUnlessWritten(index.current(), folder::sync);
  }

  /** Brings a hash table to the disk, or fails if that cannot be. */
  private interface Sync {
    void run(HashTable table) throws IOException;
  }

  private void suspectUnlessWritten(HashTable table, Sync sync) throws IOException {
    try {
      sync.run(table);
    } catch (Disk.Fenced foreign) {
      throw foreign;
    } catch (IOException | OutOfMemoryError failure) {
      // The failure that is reported once may be what there was no memory for.
      index.suspect(new IOException("the system could not write all of " + table.file(), failure));
    }
  }

  /**
   * Closes the index; returns what a manifest says of its hash table, if that is complete and on
   * the disk. No call is in flight.
   */
  public Optional<Manifest.MapFile> finish() throws IOException {
    boolean complete =
        !index.isMoving()
            && waiting.isEmpty()
            && !index.isPartial()
            && !index.isSuspect()
            && !index.isDamaged()
            && !index.current().isDamaged();
    if (!complete || !isWritten()) {
      index.close();
      return Optional.empty();
    }
    try {
      return Optional.of(folder.finish(index.current()));
    } catch (InternalError unreadable) {
      return Optional.empty();
    }
  }

  private boolean isWritten() throws IOException {
    try {
      sync();
    } catch (Throwable failure) {
      index.close();
      throw failure;
    }
    Throwable lost = index.suspicion();
    if (lost != null) {
      LOG.warn("the next open fills a new hash table: {}", lost.toString());
    }
    return lost == null;
  }
}
