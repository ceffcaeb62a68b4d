package io.kvapp.server.command;

import io.kvapp.KVException;
import io.kvapp.KVStore;
import io.kvapp.ServerSettings;
import io.kvapp.StoreOptions;
import io.kvapp.VerifyReport;
import io.kvapp.dbm.DbmDumb;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;
import java.util.function.ToIntFunction;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * The command {@code kvapp-server store}: looks after a data folder that no server has open.
 *
 * <p>Not thread-safe.
 */
@Command(name = "store", description = "Looks after a data folder that no server has open.")
final class StoreCommand implements Runnable {
  @Spec private CommandSpec spec;

  @Override
  public void run() {
    throw new CommandLine.ParameterException(
        spec.commandLine(), "name what to do: verify, compact, backup, restore or import");
  }

  /** The option that each of the commands has. */
  static final class DataOption {
    @Option(
        names = "--data",
        paramLabel = "DIR",
        description = "The folder that holds the data. Default: kv_store.")
    private Path data = ServerSettings.DEFAULT_DATA_FOLDER;

    @Option(
        names = "--max-value",
        paramLabel = "SIZE",
        converter = BytesConverter.class,
        defaultValue = "256MiB",
        description = "The largest value taken in. Default: ${DEFAULT-VALUE}.")
    private int maxValueBytes;

    int withExisting(ToIntFunction<KVStore> work) {
      if (!Files.isDirectory(data)) {
        throw new KVException(
            "there is no data folder " + data + "; name the folder of a store with --data");
      }
      return with(work);
    }

    /** Changes nothing in the folder. */
    int reading(ToIntFunction<KVStore> work) {
      return with(StoreOptions.defaults().withReadOnly(true), work);
    }

    int with(ToIntFunction<KVStore> work) {
      return with(StoreOptions.defaults(), work);
    }

    private int with(StoreOptions defaults, ToIntFunction<KVStore> work) {
      StoreOptions options = defaults.withMaxValueBytes(maxValueBytes);
      try (KVStore store = KVStore.open(data, options)) {
        return work.applyAsInt(store);
      } catch (IllegalArgumentException outsideLimits) {
        throw new KVException(outsideLimits.getMessage(), outsideLimits);
      }
    }
  }

  @Command(
      name = "verify",
      description =
          "Reads everything and checks every checksum; prints a line for each fault. Changes"
              + " nothing, so it works on a backup or a read-only file system too.")
  private int verify(@CommandLine.Mixin DataOption folder) {
    return folder.reading(
        store -> {
          VerifyReport report = store.admin().verify();
          report.faults().forEach(this::print);
          print(
              "%d entries and %d bytes of files read, %d faults"
                  .formatted(report.entries(), report.bytes(), report.faults().size()));
          return report.ok() ? CommandLine.ExitCode.OK : CommandLine.ExitCode.SOFTWARE;
        });
  }

  @Command(
      name = "compact",
      description = "Gives back the disk space of deleted and overwritten entries.")
  private int compact(@CommandLine.Mixin DataOption folder) {
    return folder.withExisting(
        store -> {
          store.admin().compact();
          print("the store takes %d bytes".formatted(store.admin().stats().diskBytes()));
          return CommandLine.ExitCode.OK;
        });
  }

  @Command(name = "backup", description = "Copies the store into a new folder.")
  private int backup(
      @CommandLine.Mixin DataOption folder,
      @Parameters(paramLabel = "TO", description = "A folder that is not there yet, or is empty.")
          Path target) {
    return folder.withExisting(
        store -> {
          store.admin().backup(target);
          print("backed up %d entries into %s".formatted(store.size(), target));
          return CommandLine.ExitCode.OK;
        });
  }

  @Command(name = "restore", description = "Fills an empty or new store with a backup.")
  private int restore(
      @CommandLine.Mixin DataOption folder,
      @Parameters(paramLabel = "FROM", description = "The folder that backup made.") Path source) {
    return folder.with(
        store -> {
          print("restored %d entries".formatted(store.admin().restore(source)));
          return CommandLine.ExitCode.OK;
        });
  }

  @Command(
      name = "import",
      description = "Takes in the file of the Python KVApp, or any other of dbm.dumb.")
  private int importDbmDumb(
      @CommandLine.Mixin DataOption folder,
      @Parameters(
              paramLabel = "FILE",
              description = "Its path without the endings .dir and .dat; both are only read.")
          Path file,
      @Option(
              names = "--strict",
              description =
                  "Imports nothing if an entry cannot be taken, in place of leaving it out.")
          boolean strict) {
    return folder.with(
        store -> {
          Consumer<String> report = line -> OneLineErrors.print(spec.commandLine(), line);
          long imported = DbmDumb.importInto(store, file, strict ? DbmDumb.strict() : report);
          print("imported %d entries".formatted(imported));
          return CommandLine.ExitCode.OK;
        });
  }

  private void print(String line) {
    PrintWriter out = spec.commandLine().getOut();
    out.println(line);
    out.flush();
  }
}
