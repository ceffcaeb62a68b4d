package io.kvapp.server.command.data;

import io.kvapp.Batch;
import io.kvapp.Expiry;
import io.kvapp.KVStore;
import io.kvapp.OperationResult;
import io.kvapp.server.command.terminal.Terminal;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * The command {@code kvapp add}.
 *
 * <p>Not thread-safe.
 */
@Command(name = "add", description = "Adds to a number, which begins at 0; prints the sum.")
final class AddCommand extends WriteCommand {
  @Parameters(
      index = "1",
      arity = "0..1",
      paramLabel = "N",
      defaultValue = "1",
      description = "What is added; below zero it is subtracted. Default: ${DEFAULT-VALUE}.")
  private long delta;

  @Option(
      names = "--ttl",
      paramLabel = "TIME",
      converter = TtlOption.class,
      description =
          "How long the entry lives if this creates it, such as 1m. Default: none, for ever.")
  private Expiry ttl = Expiry.never();

  AddCommand(Terminal terminal) {
    super(terminal);
  }

  @Override
  void check() {
    if (ttl instanceof Expiry.Keep) {
      throw wrong("an entry that is there keeps its expiry; give a time for a new one");
    }
  }

  @Override
  Batch batch(byte[] key, KVStore store) {
    return new Batch().add(key, delta, ttl);
  }

  @Override
  void print(OperationResult result, long revision) throws IOException {
    long sum = ((OperationResult.Add) result).number();
    Map<String, Object> members = new LinkedHashMap<>();
    members.put("value", sum);
    members.put("revision", revision);
    print(Long.toString(sum), members);
  }
}
