package io.kvapp.server.classic;

import io.kvapp.server.http.message.BodyOutput;
import io.kvapp.server.http.message.ResponseBody;
import io.kvapp.server.json.JsonOutput;
import java.io.IOException;

/**
 * A body of {@code {"key":..,"value":..}}.
 *
 * <p>Immutable, safe for any thread, as long as nobody changes its arrays.
 */
record EntryBody(byte[] key, byte[] value) implements ResponseBody {
  private static final byte[] KEY = JsonOutput.ascii("{\"key\":");
  private static final byte[] VALUE = JsonOutput.ascii(",\"value\":");
  private static final byte[] END = JsonOutput.ascii("}");

  @Override
  public void writeTo(BodyOutput output) throws IOException {
    write(new JsonOutput(output), key, value);
  }

  static void write(JsonOutput json, byte[] key, byte[] value) throws IOException {
    json.raw(KEY).string(key).raw(VALUE).string(value).raw(END);
  }
}
