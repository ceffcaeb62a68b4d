package io.kvapp.dbm;

import io.kvapp.Batch;
import io.kvapp.Entry;
import io.kvapp.KVException;
import io.kvapp.KVStore;
import io.kvapp.StoreLimits;
import java.io.BufferedInputStream;
import java.io.File;
import java.io.FileInputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The import of a Python {@code dbm.dumb} database, as the Python KVApp keeps its entries.
 *
 * <pre>{@code
 * long entries = DbmDumb.importInto(store, Path.of("data"));
 * }</pre>
 *
 * <p>Its {@code .dir} file has one line {@code 'key', (position, size)} for each entry, its {@code
 * .dat} file the values, each at a multiple of 512 bytes. The whole {@code .dir} is read and held
 * against the length of {@code .dat} before the first value is written. Files are read through
 * streams, which an interrupt of the caller does not close.
 *
 * <p>Safe for any thread.
 */
public final class DbmDumb {
  private static final int BLOCK_BYTES = 512;
  private static final int BATCH_ENTRIES = 1_000;
  private static final int BATCH_BYTES = 8 << 20;

  private static final Logger LOG = LoggerFactory.getLogger(DbmDumb.class);
  private static final List<String> ENDINGS = List.of(".dir", ".dat", ".bak");

  /** Where the value of a key lies, and where in the {@code .dir} file that is said. */
  private record Place(byte[] key, long position, long size, long lineOffset) {}

  private final Path dat;
  private final List<Place> places;

  private DbmDumb(Path dat, List<Place> places) {
    this.dat = dat;
    this.places = places;
  }

  /**
   * {@link #importInto(KVStore, Path, Consumer)} with a warning in the log for each line of the
   * report.
   */
  public static long importInto(KVStore store, Path file) {
    return importInto(store, file, line -> LOG.warn("import: {}", line));
  }

  /**
   * Fills a store with the entries of a {@code dbm.dumb} database; existing entries of the same key
   * are overwritten. Entries are committed in batches, so that readers may see a part of them until
   * this returns.
   *
   * <p>Without a {@code .dir} file, as a crash of Python leaves it, the {@code .bak} file is read,
   * which Python keeps of the one before.
   *
   * @param store any store; its {@link KVStore#limits()} are kept
   * @param file the path without its {@code .dir} and {@code .dat} endings; the files are only read
   * @param report takes one line for each entry that is left out, since the store does not take a
   *     key or value of its length, and one if the {@code .bak} file is read; all before the first
   *     entry is written. What it throws ends the import, and nothing was imported
   * @return how many entries were imported
   * @throws NullPointerException if an argument is null
   * @throws IllegalArgumentException if {@code file} has no name, as the root of a file system
   * @throws KVException.Corrupt if a file is missing or damaged; nothing was imported, unless the
   *     files were changed meanwhile
   * @throws KVException if a file cannot be read, or the store refuses a batch; those before it
   *     have been imported
   */
  public static long importInto(KVStore store, Path file, Consumer<String> report) {
    Objects.requireNonNull(report, "report");
    StoreLimits limits = store.limits();
    Path dir = directory(file, report);
    Path dat = withEnding(file, ".dat");
    List<Place> places = index(dir);
    check(places, dir, requireFile(dat).length());
    List<Place> taken = places.stream().filter(place -> fits(place, dir, limits, report)).toList();
    DbmDumb files = new DbmDumb(dat, taken);
    if (!files.loadInto(store)) {
      files.writeInto(store, limits);
    }
    return taken.size();
  }

  /**
   * A report that refuses an import which is not of all entries, as the last argument of {@link
   * #importInto(KVStore, Path, Consumer)}: its first line is the message of a {@link KVException}.
   */
  public static Consumer<String> strict() {
    return line -> {
      throw new KVException(line + "; nothing was imported");
    };
  }

  private static Path directory(Path file, Consumer<String> report) {
    Path dir = withEnding(file, ".dir");
    if (dir.toFile().isFile()) {
      return dir;
    }
    Path backup = withEnding(file, ".bak");
    if (backup.toFile().isFile()) {
      report.accept(dir + " is not there, so " + backup + " is read, which may be older");
      return backup;
    }
    String name = file.getFileName().toString();
    for (String ending : ENDINGS) {
      if (name.endsWith(ending) && file.toFile().isFile()) {
        Path stem = file.resolveSibling(name.substring(0, name.length() - ending.length()));
        throw new KVException(
            file + " is one of the files of a database; name it without the ending, " + stem);
      }
    }
    return dir;
  }

  /** Fills an empty store at once; false where it is not empty or takes entries one by one only. */
  private boolean loadInto(KVStore store) {
    if (store.size() > 0) {
      return false;
    }
    try (RandomAccessFile values = new RandomAccessFile(dat.toFile(), "r")) {
      Iterator<Entry> entries =
          places.stream()
              .map(place -> new Entry(place.key(), value(values, place), 0, 0))
              .iterator();
      store.admin().load(entries);
      return true;
    } catch (KVException.Unsupported | KVException.WrongState oneByOne) {
      return false;
    } catch (IOException failure) {
      throw unreadable(dat, failure);
    }
  }

  private byte[] value(RandomAccessFile values, Place place) {
    try {
      byte[] value = new byte[(int) place.size()];
      values.seek(place.position());
      values.readFully(value);
      return value;
    } catch (IOException failure) {
      throw unreadable(dat, failure);
    }
  }

  private void writeInto(KVStore store, StoreLimits limits) {
    int mostOperations = Math.min(BATCH_ENTRIES, limits.maxBatchOperations());
    long mostBytes = Math.min(BATCH_BYTES, limits.maxBatchBytes());
    try (RandomAccessFile values = new RandomAccessFile(dat.toFile(), "r")) {
      Batch batch = new Batch();
      long batchBytes = 0;
      for (Place place : places) {
        long bytes = place.key().length + place.size();
        if (batch.operations().size() == mostOperations || batchBytes + bytes > mostBytes) {
          store.commit(batch);
          batch = new Batch();
          batchBytes = 0;
        }
        batch.put(place.key(), value(values, place));
        batchBytes += bytes;
      }
      store.commit(batch);
    } catch (IOException failure) {
      throw unreadable(dat, failure);
    }
  }

  /** The entries in the order of their values; of two lines for one key the later one counts. */
  private static List<Place> index(Path dir) {
    TreeMap<byte[], Place> byKey = new TreeMap<>(Arrays::compareUnsigned);
    try (InputStream lines = new BufferedInputStream(new FileInputStream(requireFile(dir)))) {
      DbmDumbLine line = new DbmDumbLine(dir);
      while (line.next(lines)) {
        byKey.put(line.key(), new Place(line.key(), line.position(), line.size(), line.offset()));
      }
    } catch (IOException failure) {
      throw unreadable(dir, failure);
    }
    return byKey.values().stream()
        .sorted(Comparator.comparingLong(Place::position).thenComparingLong(Place::size))
        .toList();
  }

  private static void check(List<Place> places, Path dir, long datBytes) {
    long taken = 0;
    for (Place place : places) {
      if (place.position() % BLOCK_BYTES != 0) {
        throw corrupt(dir, place, "position " + place.position() + " is no multiple of 512");
      }
      if (place.position() > datBytes || place.size() > datBytes - place.position()) {
        throw corrupt(
            dir,
            place,
            "position "
                + place.position()
                + " and size "
                + place.size()
                + " reach beyond the "
                + datBytes
                + " bytes of the .dat file");
      }
      if (place.size() > 0 && place.position() < taken) {
        throw corrupt(dir, place, "its value overlaps another one");
      }
      taken = Math.max(taken, place.position() + place.size());
    }
  }

  private static boolean fits(Place place, Path dir, StoreLimits limits, Consumer<String> report) {
    int keyBytes = place.key().length;
    if (keyBytes < 1 || keyBytes > limits.maxKeyBytes()) {
      report.accept(outside(dir, place, "a key of " + keyBytes, limits.maxKeyBytes()));
      return false;
    }
    if (place.size() > limits.maxValueBytes()) {
      report.accept(outside(dir, place, "a value of " + place.size(), limits.maxValueBytes()));
      return false;
    }
    return true;
  }

  private static File requireFile(Path path) {
    File file = path.toFile();
    if (!file.isFile()) {
      throw new KVException.Corrupt(path, -1, "there is no such file");
    }
    return file;
  }

  private static Path withEnding(Path file, String ending) {
    if (file.getFileName() == null || file.getFileName().toString().isEmpty()) {
      throw new IllegalArgumentException(
          "file: '" + file + "' has no name; give the path of a database without its ending");
    }
    return file.resolveSibling(file.getFileName() + ending);
  }

  private static KVException.Corrupt corrupt(Path dir, Place place, String what) {
    return new KVException.Corrupt(dir, place.lineOffset(), what);
  }

  private static String outside(Path dir, Place place, String what, int limitBytes) {
    return dir
        + " at offset "
        + place.lineOffset()
        + " has "
        + what
        + " bytes, and the limit is "
        + limitBytes;
  }

  private static KVException unreadable(Path path, IOException failure) {
    if (failure instanceof FileNotFoundException) {
      return new KVException(path + " cannot be read; check its permissions", failure);
    }
    return new KVException(
        path + " cannot be read (" + failure.getMessage() + "); check the disk", failure);
  }
}
