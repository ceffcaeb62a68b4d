package io.kvapp.engine.hashtable;

import io.kvapp.engine.file.Disk;
import io.kvapp.engine.file.NoSpaceException;
import io.kvapp.engine.file.WorkerThread;
import io.kvapp.engine.model.EngineOptions;
import io.kvapp.engine.tree.Manifest;
import java.io.IOException;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The files of the hash tables in the folder of a store: {@code live-<generation>.map}, or {@code
 * live-<generation>-huge.map} if laid out for huge pages, each with its {@link PartChecksumsFile}.
 *
 * <p>For one thread at a time.
 */
final class HashTableFolder {
  private static final Logger LOG = LoggerFactory.getLogger(HashTableFolder.class);
  static final Pattern FILES = Pattern.compile("live-(\\d{1,18})(-huge)?\\.map(\\.sums)?");
  private static final String PREFIX = "live-";
  private static final String SUFFIX = ".map";
  private static final String HUGE_SUFFIX = "-huge.map";

  /** What journal and SSTables need beside hash tables. */
  private static final long MIN_FREE_BYTES = 256 << 20;

  final PagePolicy pages;
  private final Disk disk;
  private final Path folder;
  private long generation;

  HashTableFolder(Disk disk, Path folder, EngineOptions options) throws IOException {
    this.disk = disk;
    this.folder = folder;
    this.pages = new PagePolicy(options.maxMappedTableBytes());
    for (Path file : Disk.list(folder, FILES)) {
      generation = Math.max(generation, generation(file));
    }
  }

  private static long generation(Path file) {
    Matcher name = FILES.matcher(file.getFileName().toString());
    return name.matches() ? Long.parseLong(name.group(1)) : 0;
  }

  /** Creates an empty hash table in a file that no other had. */
  HashTable create(HashTableSize size, boolean hugePages) throws IOException {
    generation++;
    Path file = folder.resolve(PREFIX + generation + (hugePages ? HUGE_SUFFIX : SUFFIX));
    return withPagePolicy(
        HashTable.create(
            disk, file, size.entries(), size.keyBytes(), size.valueBytes(), hugePages));
  }

  /** Creates an empty hash table, a tiny one where there is no space for the size. */
  HashTable createOrTiny(HashTableSize size) throws IOException {
    try {
      return create(size, false);
    } catch (NoSpaceException full) {
      return create(HashTableSize.TINY, false);
    }
  }

  /**
   * Creates the hash table that is to replace another.
   *
   * @param entries how many entries there are
   * @param waiting whether some of them find no room in the old hash table
   * @param busy whether much is written, so that huge pages pay off
   * @param steady whether hardly any entries have been added lately, so that there need be little
   *     room
   * @param keptFree how many bytes have to be free on the disk afterwards
   * @throws NoSpaceException if there is no space, as far as that is known before anything is
   *     written
   */
  HashTable createReplacement(
      HashTable old, long entries, boolean waiting, boolean busy, boolean steady, long keptFree)
      throws IOException {
    boolean crowded = waiting || HashTableSizing.isCrowded(old, steady ? 0 : Long.MAX_VALUE);
    long ampleBytes = busy ? pages.maxMappedBytes() : 0;
    HashTableSize size = HashTableSizing.fitting(old, entries, crowded, ampleBytes);
    if (steady) {
      size = HashTableSizing.steady(old.layoutSize(), size, entries, crowded);
    }
    try {
      disk.requireUsable(old.file(), size.bytes(), keptFree);
      return create(size, busy && pages.fits(size.bytes()));
    } catch (NoSpaceException failure) {
      if (!busy) {
        throw failure;
      }
      return createReplacement(old, entries, waiting, false, steady, keptFree);
    }
  }

  /** Creates an empty hash table as large as another. */
  HashTable createLike(HashTable other) throws IOException {
    return create(other.layoutSize(), hasHugePages(other));
  }

  /** Opens the hash table that a manifest names and deletes all other files. */
  HashTable open(Manifest.MapFile named) throws IOException {
    Path file = folder.resolve(named.name());
    int[] checksums = PartChecksumsFile.read(file, named.check());
    deleteAllBut(file);
    disk.fillHoles(file);
    return withPagePolicy(
        HashTable.open(file, named.entries(), named.keyBytes(), named.valueBytes(), checksums));
  }

  private HashTable withPagePolicy(HashTable table) {
    if (pages.needsCalls(table.layoutSize())) {
      table.overwriteByCalls();
    }
    return table;
  }

  static boolean hasHugePages(HashTable table) {
    return table.file().getFileName().toString().endsWith(HUGE_SUFFIX);
  }

  /** Closes a hash table in good order; returns what a manifest says of it. */
  Manifest.MapFile finish(HashTable table) throws IOException {
    HashTableSize size = table.layoutSize();
    return new Manifest.MapFile(
        table.file().getFileName().toString(),
        size.entries(),
        size.keyBytes(),
        size.valueBytes(),
        PartChecksumsFile.write(disk, table.file(), table.finish()));
  }

  /** As {@link HashTable#sync}. */
  void sync(HashTable table) throws IOException {
    table.sync(disk);
  }

  /** As {@link HashTable#discard}; the file is still to be {@linkplain #delete deleted}. */
  void discard(HashTable table) throws IOException {
    table.discard(disk);
  }

  /** Closes a hash table and deletes its file. */
  void delete(HashTable table) throws IOException {
    table.close();
    disk.delete(table.file());
  }

  /**
   * Deletes a hash table in which an error may have left a lock behind: its memory is given back
   * later, since Chronicle waits for the lock for minutes first.
   */
  void abandon(HashTable table) throws IOException {
    disk.delete(table.file());
    WorkerThread.thread("kvapp-abandon", table::close).start();
  }

  /** Deletes the files of all hash tables but one, or logs why it cannot. */
  void deleteOthers(HashTable kept) {
    try {
      deleteAllBut(kept.file());
    } catch (IOException failure) {
      LOG.warn("an obsolete hash table cannot be deleted: {}", failure.toString());
    }
  }

  /** Deletes the files of all hash tables but one; null for all. */
  void deleteAllBut(Path kept) throws IOException {
    for (Path file : Disk.listFiles(folder, FILES)) {
      if (!file.equals(kept)) {
        disk.delete(file);
      }
    }
  }

  /** Creates the hash table that a store of so many entries begins with. */
  HashTable createFirst(HashTableSize wanted, long entries) throws IOException {
    if (entries == 0 || usableBytes() < MIN_FREE_BYTES + 2 * wanted.bytes()) {
      deleteAllBut(null);
    }
    return createOrTiny(HashTableSizing.initial(wanted, entries, usableBytes()));
  }

  long usableBytes() throws IOException {
    return disk.usableBytes(folder);
  }
}
