package io.kvapp.server.v1;

import static org.assertj.core.api.Assertions.assertThat;

import io.kvapp.server.command.ChildServer;
import io.kvapp.server.json.Utf8;
import java.io.BufferedOutputStream;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * More than the heap of a server goes in by an import and comes out by an export as it was. {@code
 * -Dkvapp.mebibytes} says how much, {@code -Dkvapp.seed} repeats a run.
 */
@Timeout(3_600)
@Tag("once")
final class LargeTransferTest {
  private static final int MEBIBYTES = Integer.getInteger("kvapp.mebibytes", 128);
  private static final List<String> JVM =
      List.of("-Xmx64m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1");
  private static final int[] SIZES = {0, 100, 1 << 10, 30 << 10, 300 << 10, 2 << 20};
  private static final int PIECE = 64 << 10;

  private final long seed = Long.getLong("kvapp.seed", System.nanoTime());

  @TempDir private Path folder;

  @Test
  void importAndExport_ofMoreThanTheHeap_areTheSameEntries() throws Exception {
    try (ChildServer server = ChildServer.start(folder, JVM)) {
      long entries = importAll(server.port());
      assertThat(exportAll(server.port())).isEqualTo(entries);
      assertThat(server.log()).doesNotContain("OutOfMemory", "short of memory", "Exception");
    }
  }

  private long importAll(int port) throws IOException {
    HttpURLConnection connection = connection(port, "import");
    connection.setRequestMethod("POST");
    connection.setDoOutput(true);
    connection.setChunkedStreamingMode(PIECE);
    Entries entries = new Entries(seed);
    try (OutputStream body = new BufferedOutputStream(connection.getOutputStream(), PIECE)) {
      while (entries.bytes < (long) MEBIBYTES << 20) {
        body.write(entries.next().getBytes(StandardCharsets.US_ASCII));
        body.write("}\n".getBytes(StandardCharsets.US_ASCII));
      }
    }
    assertThat(connection.getResponseCode()).isEqualTo(200);
    String answer = new String(connection.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(answer).startsWith("{\"imported\":" + entries.count + ",\"skipped\":0,");
    return entries.count;
  }

  private long exportAll(int port) throws IOException {
    Entries entries = new Entries(seed);
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(
                connection(port, "export").getInputStream(), StandardCharsets.UTF_8),
            PIECE)) {
      String line = lines.readLine();
      while (!line.startsWith("{\"end\":true,\"entries\":" + entries.count + ",")) {
        String expected = entries.next();
        assertThat(line.startsWith(expected + ",\"size\":"))
            .as("seed %d, entry %d: %.100s", seed, entries.count, line)
            .isTrue();
        line = lines.readLine();
      }
      assertThat(lines.readLine()).isNull();
    }
    return entries.count;
  }

  private static HttpURLConnection connection(int port, String path) throws IOException {
    URI uri = URI.create("http://localhost:" + port + "/v1/" + path);
    return (HttpURLConnection) uri.toURL().openConnection();
  }

  /** The same entries again and again, in the order of their keys, as lines of JSON begin. */
  private static final class Entries {
    private final Random random;
    private long count;
    private long bytes;

    private Entries(long seed) {
      random = new Random(seed);
    }

    private String next() {
      byte[] value = new byte[SIZES[random.nextInt(SIZES.length)]];
      boolean isText = random.nextBoolean();
      random.nextBytes(value);
      for (int index = 0; isText && index < value.length; index++) {
        value[index] = (byte) ('a' + (value[index] & 15));
      }
      bytes += value.length;
      String key = "{\"key\":\"k%010d\"".formatted(count++);
      return isText || Utf8.isValid(value)
          ? key + ",\"value\":\"" + new String(value, StandardCharsets.US_ASCII) + '"'
          : key + ",\"value_base64\":\"" + Base64.getEncoder().encodeToString(value) + '"';
    }
  }
}
