package io.kvapp.server.command.data;

import io.kvapp.Entry;
import io.kvapp.server.command.terminal.ShownBytes;
import io.kvapp.server.http.message.HttpException;
import io.kvapp.server.http.message.ResponseBody;
import io.kvapp.server.json.JsonOutput;
import io.kvapp.server.v1.EntryJson;
import io.kvapp.server.v1.Refusals;
import java.util.Optional;

/**
 * What a command says that did nothing since the store holds something else: exit code 3.
 *
 * <p>All methods may be called from any thread.
 */
final class Refusal {
  private Refusal() {}

  /** There is no entry with this key. */
  static HttpException notFound(byte[] key) {
    return new HttpException(
        404, "not-found", "there is no entry with the key " + ShownBytes.of(key));
  }

  /** A condition on this key does not hold, as it has this entry. */
  static HttpException conflict(byte[] key, Optional<Entry> current) {
    ResponseBody shown =
        output ->
            EntryJson.writeOrNull(
                new JsonOutput(output), current.orElse(null), Refusals.MAX_CURRENT_BYTES);
    String there =
        current
            .map(entry -> "the entry has revision " + entry.revision())
            .orElse("there is no entry");
    return new HttpException(
            412, "conflict", "nothing was changed at the key " + ShownBytes.of(key) + ": " + there)
        .with("current", shown);
  }
}
