package io.kvapp.server.command.data;

import io.kvapp.Batch;
import io.kvapp.BatchOperation;
import io.kvapp.KVStore;
import io.kvapp.StoreLimits;
import io.kvapp.server.command.terminal.ProgressLine;
import io.kvapp.server.command.terminal.Terminal;
import io.kvapp.server.v1.ImportRun;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.function.ToLongFunction;

/**
 * The lines of an export on their way into a store.
 *
 * <p>All methods may be called from any thread.
 */
final class ImportFile {
  private static final int TAIL_BYTES = 256;
  private static final String END = "{\"end\":true,";

  private ImportFile() {}

  /**
   * Writes the entries of a file.
   *
   * @param file null or - for standard input
   * @param prefix is put in front of every key
   * @param name what the line of progress says
   */
  static ImportRun into(KVStore store, Path file, byte[] prefix, Terminal terminal, String name)
      throws IOException {
    try (InputFile input = InputFile.open(file, terminal);
        ProgressLine progress = new ProgressLine(terminal, name, "bytes", input::size)) {
      ImportRun run =
          run(
              store,
              input,
              step -> {
                long revision = store.commit(under(prefix, step)).revision();
                progress.at(input.position());
                return revision;
              });
      run.run();
      return run;
    }
  }

  /** Reads the entries of a file as {@link #into} does, and writes nothing. */
  static void check(KVStore store, Path file) throws IOException {
    try (InputStream input = new BufferedInputStream(Files.newInputStream(file))) {
      run(store, input, step -> 0).run();
    }
  }

  /** Whether the last line of a file says that all of an export is there. */
  static boolean isWhole(Path file) throws IOException {
    try (RandomAccessFile read = new RandomAccessFile(file.toFile(), "r")) {
      byte[] tail = new byte[(int) Math.min(TAIL_BYTES, read.length())];
      read.seek(read.length() - tail.length);
      read.readFully(tail);
      String text = new String(tail, StandardCharsets.ISO_8859_1);
      return text.endsWith("\n")
          && text.substring(text.stripTrailing().lastIndexOf('\n') + 1).startsWith(END);
    }
  }

  private static ImportRun run(KVStore store, InputStream input, ToLongFunction<Batch> commit) {
    ImportRun.Target target =
        new ImportRun.Target() {
          @Override
          public StoreLimits limits() {
            return store.limits();
          }

          @Override
          public boolean mayWrite(byte[] key) {
            return true;
          }

          @Override
          public long commit(Batch step) {
            return commit.applyAsLong(step);
          }
        };
    return new ImportRun(target, InstantSource.system(), input, bytes -> {});
  }

  private static Batch under(byte[] prefix, Batch step) {
    if (prefix.length == 0) {
      return step;
    }
    Batch moved = new Batch();
    for (BatchOperation operation : step.operations()) {
      BatchOperation.Put put = (BatchOperation.Put) operation;
      byte[] key = Arrays.copyOf(prefix, prefix.length + put.key().length);
      System.arraycopy(put.key(), 0, key, prefix.length, put.key().length);
      moved.put(key, put.value(), put.expiry());
    }
    return moved;
  }
}
