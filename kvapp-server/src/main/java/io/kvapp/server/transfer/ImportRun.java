package io.kvapp.server.transfer;

import io.kvapp.Batch;
import io.kvapp.KVException;
import io.kvapp.StoreLimits;
import io.kvapp.server.auth.users.Caller;
import io.kvapp.server.http.message.HttpException;
import io.kvapp.server.http.message.Memory;
import io.kvapp.server.service.EntryService;
import io.kvapp.transfer.ExportFormat.End;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.function.Predicate;
import java.util.function.ToLongFunction;

/**
 * One import: writes the entries of its lines in steps, each of which is atomic.
 *
 * <p>Not thread-safe.
 */
public final class ImportRun {
  private static final int STEP_ENTRIES = 500;
  private static final long STEP_BYTES = 4 << 20;

  /** A store may send a key several times for each write, and so takes batches of less. */
  private static final int KEYS = 5;

  /** The entries of a step are in memory as they are read, and once more in its batch. */
  private static final int COPIES = 2;

  private final Predicate<byte[]> mayWrite;
  private final ToLongFunction<Batch> committing;
  private final InstantSource clock;
  private final Memory memory;
  private final ImportReader reader;
  private final int stepEntries;
  private final long maxStepBytes;
  private Batch step = new Batch();
  private long stepBytes;
  private long reservedBytes;
  private long imported;
  private long skipped;
  private long lastRevision;

  /**
   * An import by a caller of what this input holds.
   *
   * @param clock tells which entries have expired meanwhile
   * @param memory where what is read is reserved
   */
  public ImportRun(
      EntryService entries, Caller caller, InstantSource clock, InputStream input, Memory memory) {
    this(
        entries.limits(),
        caller::mayWrite,
        step -> entries.commit(caller, step, false).revision(),
        clock,
        input,
        memory);
  }

  /**
   * An import of what this input holds by an operator, who may write every key.
   *
   * @param limits what the store takes
   * @param commit writes a step and returns its revision
   */
  public ImportRun(StoreLimits limits, ToLongFunction<Batch> commit, InputStream input) {
    this(limits, key -> true, commit, InstantSource.system(), input, bytes -> {});
  }

  private ImportRun(
      StoreLimits limits,
      Predicate<byte[]> mayWrite,
      ToLongFunction<Batch> commit,
      InstantSource clock,
      InputStream input,
      Memory memory) {
    this.mayWrite = mayWrite;
    this.committing = commit;
    this.clock = clock;
    this.memory = memory;
    this.reader = new ImportReader(input, limits, memory);
    stepEntries = Math.min(STEP_ENTRIES, limits.maxBatchOperations());
    maxStepBytes = Math.min(STEP_BYTES, limits.maxBatchBytes() / KEYS);
  }

  /**
   * Reads all of an export as an import does, and writes nothing.
   *
   * @param limits what the entries must fit
   * @return what its last line tells
   * @throws KVException.Corrupt if its last line does not end an export
   * @throws HttpException if a line is malformed, or there are not as many as the last one says
   * @throws IOException if the file cannot be read
   */
  public static End check(Path export, StoreLimits limits) throws IOException {
    End end =
        End.of(export)
            .orElseThrow(
                () ->
                    new KVException.Corrupt(
                        export, -1, "its last line does not end an export; take the backup again"));
    try (InputStream input = Files.newInputStream(export)) {
      new ImportRun(limits, step -> 0, input).run();
    }
    return end;
  }

  /**
   * Reads and writes everything.
   *
   * @throws HttpException if a line is malformed, its key is not granted, or the disk is full; its
   *     member {@code imported} tells how many entries are written
   * @throws IOException if the input fails
   */
  public void run() throws IOException {
    try {
      ImportReader.Line line = reader.next();
      while (line instanceof ImportReader.PutLine put) {
        add(put);
        line = reader.next();
      }
      if (line instanceof ImportReader.EndLine end) {
        requireEnd(end);
      }
      commit();
    } catch (HttpException refused) {
      throw refused.with("imported", imported);
    } catch (KVException.NoSpace full) {
      throw new HttpException(
              507,
              "disk-full",
              "the disk of the store is full; send it again once there is space, what is there"
                  + " already is overwritten",
              full)
          .with("imported", imported);
    } catch (KVException.Unavailable lost) {
      if (imported == 0) {
        throw lost;
      }
      throw new HttpException(
              503,
              "unavailable",
              "the store cannot be reached; send it again, what is there already is overwritten")
          .with("imported", imported);
    }
  }

  /** How many entries have been written. */
  public long imported() {
    return imported;
  }

  /** How many lines were left out because their time has passed. */
  public long skipped() {
    return skipped;
  }

  /** The revision of the last step; 0 where nothing was written. */
  public long lastRevision() {
    return lastRevision;
  }

  private void add(ImportReader.PutLine put) {
    if (put.expiresAt() != null && !put.expiresAt().isAfter(clock.instant())) {
      skipped++;
      return;
    }
    if (!mayWrite.test(put.key())) {
      throw new HttpException.Forbidden(
          "line " + reader.line() + ": the token does not grant its key");
    }
    long bytes = put.key().length + put.value().length;
    if (step.operations().size() == stepEntries
        || stepBytes > 0 && stepBytes + bytes > maxStepBytes) {
      commit();
    }
    stepBytes += bytes;
    if (COPIES * stepBytes > reservedBytes) {
      long wanted = Math.max(COPIES * stepBytes, 2 * reservedBytes);
      memory.reserve(wanted - reservedBytes);
      reservedBytes = wanted;
    }
    step.put(put.key(), put.value(), put.expiry());
  }

  private void requireEnd(ImportReader.EndLine end) throws IOException {
    long count = imported + skipped + step.operations().size();
    if (end.entries() != count) {
      throw reader.bad(
          "it promises " + end.entries() + " entries, and there are " + count + " before it");
    }
    if (reader.next() != null) {
      throw reader.bad("there is more behind the end");
    }
  }

  private void commit() {
    if (stepBytes > 0) {
      lastRevision = committing.applyAsLong(step);
      imported += step.operations().size();
      step = new Batch();
      stepBytes = 0;
    }
  }
}
