package io.kvapp.server.command.data;

import io.kvapp.Batch;
import io.kvapp.BatchOperation;
import io.kvapp.KVStore;
import io.kvapp.server.command.terminal.ProgressLine;
import io.kvapp.server.command.terminal.Terminal;
import io.kvapp.server.transfer.ImportRun;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * The lines of an export on their way into a store.
 *
 * <p>All methods may be called from any thread.
 */
final class ImportFile {
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
          new ImportRun(
              store.limits(),
              step -> {
                long revision = store.commit(under(prefix, step)).revision();
                progress.at(input.position());
                return revision;
              },
              input);
      run.run();
      return run;
    }
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
