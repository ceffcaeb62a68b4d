package io.kvapp.engine.repair;

import io.kvapp.KVException;
import io.kvapp.VerifyReport;
import io.kvapp.engine.file.Lease;
import io.kvapp.engine.hashtable.HashIndex;
import io.kvapp.engine.hashtable.HashTable;
import io.kvapp.engine.journal.Journal;
import io.kvapp.engine.memtable.Memtable;
import io.kvapp.engine.model.Cursor;
import io.kvapp.engine.model.StripedLocks;
import io.kvapp.engine.model.VersionedValue;
import io.kvapp.engine.sstable.SSTable;
import io.kvapp.engine.sstable.SSTableFile;
import io.kvapp.engine.sstable.SSTableReader;
import io.kvapp.engine.tree.Manifest;
import io.kvapp.engine.tree.Version;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;

/**
 * Reads a whole store and compares its parts: every checksum of every SSTable, of the manifest and
 * of the writes that are in no SSTable yet, the order of keys, and the hash table against the tree.
 *
 * <p>For one thread, while others read and write; used once.
 */
public final class Verification {
  private static final int MAX_FAULTS = 100;
  private static final byte[] START = {};

  private final Path folder;
  private final Supplier<Lease<Version>> versions;
  private final StripedLocks stripes;
  private final HashIndex table;
  private final Journal journal;
  private final Runnable requireOpen;
  private final List<String> faults = new ArrayList<>();
  private long bytes;
  private long entries;

  /** A verification of a store that nobody writes, without a hash table. */
  public Verification(Version version) {
    this(null, () -> Lease.of(version), null, null, null, () -> {});
  }

  /**
   * A verification.
   *
   * @param folder that of the store
   * @param versions gives the newest version leased for the taker
   * @param requireOpen throws once the store is closed; asked with a stripe locked
   */
  public Verification(
      Path folder,
      Supplier<Lease<Version>> versions,
      StripedLocks stripes,
      HashIndex table,
      Journal journal,
      Runnable requireOpen) {
    this.requireOpen = requireOpen;
    this.folder = folder;
    this.versions = versions;
    this.stripes = stripes;
    this.table = table;
    this.journal = journal;
  }

  public VerifyReport run() {
    if (folder != null) {
      readManifest();
    }
    try (Lease<Version> lease = versions.get()) {
      Version version = lease.get();
      for (SSTable sstable : version.sstables) {
        sstable.files().forEach(this::readFile);
      }
      version.memtables().forEach(this::readJournal);
    }
    if (faults.isEmpty() && table != null) {
      compare();
    } else if (faults.isEmpty()) {
      readEntries();
    }
    return new VerifyReport(entries, bytes, List.copyOf(faults));
  }

  /** What the next open reads; the open store knows it by heart. */
  private void readManifest() {
    try {
      Manifest.read(folder);
    } catch (KVException.Corrupt | KVException.UnknownFormat | IOException damage) {
      fault(
          folder.resolve(Manifest.NAME)
              + " was damaged while the store is open; nothing is lost, and a close in good order"
              + " writes it anew");
    }
  }

  private void readJournal(Memtable memtable) {
    Cursor cursor = memtable.entries(START, null, false);
    while (cursor.next()) {
      try {
        if (!cursor.isDelete()) {
          cursor.expiresAt();
          bytes += cursor.value().length;
        }
      } catch (KVException.Corrupt damage) {
        fault(damage.getMessage());
      }
    }
  }

  private void readFile(SSTableFile file) {
    try {
      file.requireWhole();
    } catch (KVException.Corrupt damage) {
      fault(damage.getMessage());
      if (file.isCut()) {
        return;
      }
    }
    SSTableReader reader = file.reader();
    byte[] last = null;
    for (int ordinal = 0; ordinal < file.count; ordinal++) {
      try {
        reader.load(ordinal);
        reader.valueBuffer();
        if (last != null && reader.compareKey(last) <= 0) {
          fault(file.path + ": entry number " + ordinal + " is out of order");
        }
        last = reader.key();
      } catch (KVException.Corrupt damage) {
        fault(damage.getMessage());
      }
    }
    if (!file.areExpiriesWhole()) {
      fault(
          file.path
              + ": when its entries expire does not match its checksum; nothing is lost, and"
              + " compact() writes it anew");
    }
    bytes += file.identity.bytes();
  }

  private void readEntries() {
    try (Lease<Version> lease = versions.get()) {
      Cursor cursor = lease.get().entries(START, null, false);
      while (cursor.next()) {
        if (!cursor.isDelete()) {
          entries++;
          cursor.value();
        }
      }
    } catch (KVException.Corrupt damage) {
      fault(damage.getMessage());
    }
  }

  /** The tree at a moment when every change up to a revision was in them. */
  private record Moment(Lease<Version> lease, long revision) {}

  private void compare() {
    AtomicReference<Moment> start = new AtomicReference<>();
    // A write in flight has its revision already and is not in the tree yet.
    stripes.withoutWriters(() -> start.set(new Moment(versions.get(), journal.revision())));
    try (Lease<Version> lease = start.get().lease) {
      compare(lease.get(), start.get().revision);
    }
  }

  private void compare(Version version, long revision) {
    Cursor cursor = version.entries(START, null, false);
    while (cursor.next()) {
      if (!cursor.isDelete()) {
        entries++;
        if (!agrees(cursor)) {
          compareAlone(cursor.key());
        }
      }
    }
    long held = table.size();
    if (held != entries && journal.revision() == revision) {
      tableFault("the hash table holds " + held + " entries, the tree " + entries);
    }
  }

  private boolean agrees(Cursor cursor) {
    StripedLocks.Stripe stripe = stripes.of(cursor.key());
    long stamp = stripe.applying.readLock();
    try {
      requireOpen.run();
      VersionedValue hit = table.getUndamaged(cursor.key());
      return hit != null
          && hit.revision() == cursor.revision()
          && hit.expiresAt() == cursor.expiresAt();
    } catch (HashTable.DamagedException damaged) {
      return false;
    } finally {
      stripe.applying.unlockRead(stamp);
    }
  }

  /** A second look with no writer beside it, since a write may have come between the first two. */
  private void compareAlone(byte[] key) {
    StripedLocks.Stripe stripe = stripes.of(key);
    stripe.writing.lock();
    try {
      requireOpen.run();
      try (Lease<Version> lease = versions.get()) {
        Version now = lease.get();
        compareAlone(key, now.lookUp(key, 0));
      }
    } finally {
      stripe.writing.unlock();
    }
  }

  private void compareAlone(byte[] key, VersionedValue truth) {
    try {
      VersionedValue hit = table.getUndamaged(key);
      boolean same =
          truth == null ? hit == null : hit != null && hit.revision() == truth.revision();
      if (!same) {
        tableFault("the hash table and the tree disagree about key " + show(key));
      }
    } catch (HashTable.DamagedException damaged) {
      tableFault("the hash table's entry of key " + show(key) + " does not match its checksum");
    }
  }

  /** The table is not used again after a close. */
  private void tableFault(String line) {
    table.noteDamage();
    fault(line);
  }

  private void fault(String line) {
    if (faults.size() < MAX_FAULTS) {
      faults.add(line);
    }
  }

  private static String show(byte[] key) {
    return new String(key, StandardCharsets.UTF_8);
  }
}
