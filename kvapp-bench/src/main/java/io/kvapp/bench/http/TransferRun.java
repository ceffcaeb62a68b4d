package io.kvapp.bench.http;

import io.kvapp.bench.process.Subprocess;
import io.kvapp.bench.report.Sample;
import io.kvapp.bench.report.Samples;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;

/**
 * Export and import of text values of 1 KiB, beside batches of as many entries in the server's own
 * process. Both overwrite what an earlier turn has written.
 */
record TransferRun(HttpTarget kvapp, int count, Samples samples) {
  static final int VALUES = 1_000;
  static final int VALUE_LENGTH = 1 << 10;

  private static final String PREFIX = "import.";
  private static final Duration QUIET = Duration.ofSeconds(1);
  private static final byte[] LAST_CHUNK = "\r\n0\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

  /** The key of an entry, scattered as keys are. */
  static String key(String prefix, int number) {
    return prefix + String.format("%016x", number * 0x9e3779b97f4a7c15L);
  }

  void run(int rounds) throws Exception {
    Subprocess process = kvapp.processes().get(0);
    byte[] lines = lines();
    double megabytes = (double) count * VALUE_LENGTH / 1e6;
    for (int round = -1; round < rounds; round++) {
      process.awaitQuiet(QUIET);
      double importSeconds = importSeconds(lines);
      process.awaitQuiet(QUIET);
      double batchSeconds = process.run("batches " + count)[0];
      process.awaitQuiet(QUIET);
      double exportSeconds = exportSeconds();
      if (round >= 0) {
        record("export of 1 KiB values", round, megabytes / exportSeconds, "MB/s");
        record("import of 1 KiB values", round, megabytes / importSeconds, "MB/s");
        record("batches in process, 1 KiB values", round, megabytes / batchSeconds, "MB/s");
        record("import to 1 of batches", round, batchSeconds / importSeconds, "ratio");
      }
    }
  }

  private byte[] lines() throws IOException {
    List<String> values = Entries.of(VALUES, VALUE_LENGTH).values();
    ByteArrayOutputStream lines = new ByteArrayOutputStream();
    for (int i = 0; i < count; i++) {
      String value = values.get(i % values.size());
      String line = "{\"key\":\"" + key(PREFIX, i) + "\",\"value\":\"" + value + "\"}\n";
      lines.write(line.getBytes(StandardCharsets.US_ASCII));
    }
    return lines.toByteArray();
  }

  private double importSeconds(byte[] lines) throws IOException {
    try (RawClient client = new RawClient(kvapp)) {
      long begun = System.nanoTime();
      client.send(head("POST /v1/import", "Content-Length: " + lines.length + "\r\n"));
      client.send(lines);
      client.requireSuccess();
      return (System.nanoTime() - begun) / 1e9;
    }
  }

  private double exportSeconds() throws IOException {
    try (RawClient client = new RawClient(kvapp)) {
      long begun = System.nanoTime();
      client.send(head("GET /v1/export?prefix=" + PREFIX, ""));
      InputStream input = client.input();
      byte[] bytes = new byte[1 << 18];
      long total = 0;
      int end = 0;
      // Its last chunk ends it; the bytes before are kept, in case it arrives in two parts.
      while (end < LAST_CHUNK.length || !endsWithLastChunk(bytes, end)) {
        int kept = Math.min(end, LAST_CHUNK.length);
        System.arraycopy(bytes, end - kept, bytes, 0, kept);
        int read = input.read(bytes, kept, bytes.length - kept);
        if (read <= 0) {
          throw new IOException("the export was cut after " + total + " bytes");
        }
        end = kept + read;
        total += read;
      }
      if (total < (long) count * VALUE_LENGTH) {
        throw new IOException("the export has " + total + " bytes only");
      }
      return (System.nanoTime() - begun) / 1e9;
    }
  }

  private static boolean endsWithLastChunk(byte[] bytes, int end) {
    int from = end - LAST_CHUNK.length;
    return Arrays.equals(bytes, from, end, LAST_CHUNK, 0, LAST_CHUNK.length);
  }

  private byte[] head(String request, String header) {
    String headers = ((JvmServer.Requests) kvapp.requests()).headers() + header;
    String head = request + " HTTP/1.1\r\nHost: localhost\r\n" + headers + "\r\n";
    return head.getBytes(StandardCharsets.US_ASCII);
  }

  private void record(String measure, int round, double value, String unit) {
    samples.record(new Sample("HTTP", measure, 1, kvapp.title(), round, value, unit));
  }
}
