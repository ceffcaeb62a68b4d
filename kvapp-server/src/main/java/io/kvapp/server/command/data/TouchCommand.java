package io.kvapp.server.command.data;

import io.kvapp.Batch;
import io.kvapp.Expiry;
import io.kvapp.KVStore;
import io.kvapp.OperationResult;
import io.kvapp.server.command.terminal.Terminal;
import java.io.IOException;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * The command {@code kvapp touch}.
 *
 * <p>Not thread-safe.
 */
@Command(
    name = "touch",
    description = "Changes how long an entry lives, from now on; prints its new revision.")
final class TouchCommand extends WriteCommand {
  @Option(
      names = "--ttl",
      paramLabel = "TIME",
      required = true,
      converter = TtlOption.class,
      description = "How long, such as 90s, 30m, 8h or 7d; none for ever.")
  private Expiry ttl;

  TouchCommand(Terminal terminal) {
    super(terminal);
  }

  @Override
  StoreTarget.Access access() {
    return StoreTarget.Access.CHANGE;
  }

  @Override
  void check() {
    if (ttl instanceof Expiry.Keep) {
      throw wrong("--ttl keep changes nothing; give a time, or none");
    }
  }

  @Override
  Batch batch(byte[] key, KVStore store) {
    return new Batch().touch(key, ttl);
  }

  @Override
  void print(OperationResult result, long revision) throws IOException {
    print(Long.toString(revision), Map.of("revision", revision));
  }
}
