package io.kvapp.server.command.data;

import io.kvapp.Batch;
import io.kvapp.Expiry;
import io.kvapp.KVException;
import io.kvapp.KVStore;
import io.kvapp.OperationResult;
import io.kvapp.server.command.terminal.ArgumentText;
import io.kvapp.server.command.terminal.Terminal;
import io.kvapp.server.file.FileErrors;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * The command {@code kvapp put}.
 *
 * <p>Not thread-safe.
 */
@Command(
    name = "put",
    description =
        "Writes a value: the argument, a file, or standard input byte by byte; prints its"
            + " revision.")
final class PutCommand extends WriteCommand {
  @Parameters(index = "1", arity = "0..1", paramLabel = "VALUE", description = "The value.")
  private String value;

  @Option(names = "--file", paramLabel = "FILE", description = "The file with the value.")
  private Path file;

  @Option(
      names = "--ttl",
      paramLabel = "TIME",
      converter = TtlOption.class,
      description =
          "How long the entry lives, such as 90s, 30m, 8h or 7d; keep for as long as the one"
              + " before. Default: none, for ever.")
  private Expiry ttl = Expiry.never();

  @Option(names = "--if-absent", description = "Write only where there is no entry.")
  private boolean ifAbsent;

  @Option(
      names = "--if-revision",
      paramLabel = "N",
      description = "Write only if the entry has this revision.")
  private Long ifRevision;

  @Spec private CommandSpec command;

  PutCommand(Terminal terminal) {
    super(terminal);
  }

  @Override
  void check() {
    if (ifAbsent && ifRevision != null) {
      throw wrong("--if-absent or --if-revision, not both");
    }
    if (value != null && file != null) {
      throw wrong("the value is given twice, as an argument and with --file");
    }
  }

  @Override
  Batch batch(byte[] key, KVStore store) throws IOException {
    Batch batch = new Batch();
    if (ifAbsent) {
      batch.ifAbsent(key);
    } else if (ifRevision != null) {
      batch.ifRevision(key, ifRevision);
    }
    return batch.put(key, value(store.limits().maxValueBytes()), ttl);
  }

  private byte[] value(int maxBytes) throws IOException {
    if (value != null) {
      return ArgumentText.utf8(value, "give the value with --file or on standard input", command);
    }
    if (file == null && terminal().inputIsTerminal()) {
      terminal().errors().println("The value is what you type; end it with Ctrl-D.");
      terminal().errors().flush();
    }
    byte[] read = file == null ? read(terminal().input(), maxBytes) : ofFile(maxBytes);
    if (read.length > maxBytes) {
      throw new IllegalArgumentException(
          "the value has more than " + maxBytes + " bytes, which this store does not take");
    }
    return read;
  }

  private byte[] ofFile(int maxBytes) {
    try (InputStream input = Files.newInputStream(file)) {
      return read(input, maxBytes);
    } catch (IOException failure) {
      throw new KVException(
          file
              + " cannot be read ("
              + FileErrors.reason(failure)
              + "); name another one with --file",
          failure);
    }
  }

  private static byte[] read(InputStream input, int maxBytes) throws IOException {
    return input.readNBytes(maxBytes + 1);
  }

  @Override
  void print(OperationResult result, long revision) throws IOException {
    Map<String, Object> members = new LinkedHashMap<>();
    members.put("created", ((OperationResult.Put) result).created());
    members.put("revision", revision);
    print(Long.toString(revision), members);
  }
}
