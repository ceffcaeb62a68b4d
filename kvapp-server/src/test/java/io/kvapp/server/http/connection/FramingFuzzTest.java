package io.kvapp.server.http.connection;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
final class FramingFuzzTest {
  private static final Path DESCRIPTORS = Path.of("/proc/self/fd");

  @Test
  void mutatedRequests_areAnsweredAsTheReferenceSays() throws IOException {
    long seed = System.nanoTime();
    System.out.println("FramingFuzzTest: seed " + seed);
    assertThat(new FramingFuzz().run(seed, 20_000)).isGreaterThan(20_000);
  }

  @Test
  void mutatedRequests_cutAtEveryByte_areAnsweredTheSame() throws IOException {
    FramingFuzz fuzz = new FramingFuzz();
    long responses = 0;
    for (long seed = 0; seed < 150; seed++) {
      responses += fuzz.runEverySplit(seed);
    }
    assertThat(responses).isGreaterThan(10_000);
  }

  @Test
  void mutatedRequests_overRealSockets_leaveNothingBehind() throws IOException {
    Assumptions.assumeTrue(Files.isDirectory(DESCRIPTORS), "descriptors can be counted");
    runOverSockets(0, 50);
    long before = descriptors();
    runOverSockets(50, 1_500);
    assertThat(descriptors()).isLessThanOrEqualTo(before + 1);
    assertThat(Thread.getAllStackTraces().keySet())
        .noneMatch(thread -> thread.getName().startsWith("kvapp-http") && thread.isAlive());
  }

  private static void runOverSockets(long firstSeed, int cases) throws IOException {
    try (HttpListener listener =
        HttpListener.start("127.0.0.1", 0, FramingFuzz.SETTINGS, new FramingFuzz.FuzzHandler())) {
      for (long seed = firstSeed; seed < firstSeed + cases; seed++) {
        byte[] sent = new FuzzRequests(seed).next();
        try (RawClient client = new RawClient(listener.port())) {
          byte[] received = client.send(sent).endOutput().restBytes();
          String text = new String(sent, StandardCharsets.ISO_8859_1);
          FramingFuzz.compare(seed, "nowhere", text, received);
        }
      }
    }
  }

  private static long descriptors() throws IOException {
    try (Stream<Path> open = Files.list(DESCRIPTORS)) {
      return open.count();
    }
  }
}
