package io.kvapp.server.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.kvapp.Entry;
import io.kvapp.Expiry;
import io.kvapp.KVStore;
import io.kvapp.Scan;
import io.kvapp.server.auth.users.Caller;
import io.kvapp.server.auth.users.Role;
import io.kvapp.server.http.message.HttpException;
import io.kvapp.server.http.message.InMemoryBody;
import io.kvapp.server.http.message.PlainRequest;
import io.kvapp.server.json.JsonOutput;
import io.kvapp.server.service.EntryService;
import io.kvapp.server.service.SearchLimits;
import io.kvapp.server.settings.PrefixScope;
import io.kvapp.server.v1.EntryJson;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ImportRunTest {
  private static final Caller ALL = Caller.unlimited("all");
  private static final InstantSource CLOCK = InstantSource.system();

  private final KVStore store = KVStore.inMemory();
  private final EntryService entries = new EntryService(store, PrefixScope.KEYS, SearchLimits.NONE);

  @AfterEach
  void close() {
    store.close();
  }

  @Test
  void run_everyForm_isWritten() throws IOException {
    ImportRun run =
        run(
            ALL,
            "{\"key\":\"a\",\"value\":\"1\"}\n"
                + "\n"
                + "{\"value_base64\":\"/w==\",\"key_base64\":\"gA==\",\"size\":1,\"revision\":9}\r\n"
                + "{\"key\":\"t\",\"value\":\"\",\"ttl\":\"30m\"}\n"
                + "{\"key\":\"n\",\"value\":\"\",\"ttl\":\"none\"}\n"
                + "{\"key\":\"e\",\"value\":\"\",\"expires_at\":\"2999-01-01T00:00:00.000Z\"}\n"
                + "{\"key\":\"p\",\"value\":\"\",\"expires_at\":\"2001-01-01T00:00:00.000Z\"}\n"
                + "{\"end\":true,\"entries\":6,\"revision\":12}\n \n");
    assertThat(run.imported()).isEqualTo(5);
    assertThat(run.skipped()).isEqualTo(1);
    assertThat(run.lastRevision()).isEqualTo(store.revision());
    assertThat(store.get(new byte[] {(byte) 0x80})).contains(new byte[] {(byte) 0xff});
    assertThat(store.entry("t").orElseThrow().expiresAt()).isPresent();
    assertThat(store.entry("e").orElseThrow().expiresAt())
        .contains(Instant.parse("2999-01-01T00:00:00Z"));
    assertThat(store.entry("n").orElseThrow().expiresAt()).isEmpty();
    assertThat(store.entry("p")).isEmpty();
  }

  @Test
  void run_nothing_writesNothing() throws IOException {
    assertThat(run(ALL, "").imported()).isZero();
    assertThat(run(ALL, "\n\n").lastRevision()).isZero();
    assertThat(run(ALL, "{\"end\":true,\"entries\":0}").imported()).isZero();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "[]",
        "{}",
        "{\"key\":\"a\"}",
        "{\"value\":\"a\"}",
        "x",
        "{\"key\":\"a\",\"value\":\"b\"} x",
        "{\"key\":\"\",\"value\":\"b\"}",
        "{\"key\":\"a\",\"value\":null}",
        "{\"key\":\"a\",\"key\":\"a\",\"value\":\"\"}",
        "{\"key\":\"a\",\"key_base64\":\"YQ==\",\"value\":\"\"}",
        "{\"key\":\"a\",\"value\":\"\",\"other\":1}",
        "{\"key\":\"a\",\"value\":\"\",\"ttl\":\"0\"}",
        "{\"key\":\"a\",\"value\":\"\",\"ttl\":\"keep\"}",
        "{\"key\":\"a\",\"value\":\"\",\"expires_at\":\"tomorrow\"}",
        "{\"key\":\"a\",\"value\":\"\",\"expires_at\":\"2999-01-01T00:00:00Z\",\"ttl\":\"1s\"}",
        "{\"key\":\"a\",\"value\":\"\\ud800\"}",
        "{\"end\":false,\"entries\":1}",
        "{\"end\":true}",
        "{\"end\":true,\"entries\":2}",
        "{\"end\":true,\"entries\":1,\"key\":\"a\"}",
        "{\"end\":true,\"entries\":1}\n{\"end\":true,\"entries\":1}"
      })
  void run_badLine_isToldWithItsNumber(String line) {
    HttpException refused = refusal(ALL, "{\"key\":\"good\",\"value\":\"\"}\n" + line + "\n");
    assertThat(refused.status()).isEqualTo(422);
    assertThat(refused.code()).isEqualTo("bad-line");
    assertThat(refused.members())
        .containsEntry("line", line.contains("\n") ? 3L : 2L)
        .containsEntry("imported", 0L);
    assertThat(store.size()).isZero();
  }

  @Test
  void run_manyLines_areWrittenInSteps() {
    StringBuilder lines = new StringBuilder();
    for (int number = 0; number < 1_234; number++) {
      lines.append("{\"key\":\"").append(number).append("\",\"value\":\"x\"}\n");
    }
    HttpException refused = refusal(ALL, lines + "oops");
    assertThat(refused.members()).containsEntry("line", 1_235L).containsEntry("imported", 1_000L);
    assertThat(store.size()).isEqualTo(1_000);
  }

  @Test
  void run_largeValues_areWrittenInSteps() throws IOException {
    String value = "x".repeat(3 << 20);
    String line = "{\"key\":\"%s\",\"value\":\"" + value + "\"}\n";
    PlainRequest request = new PlainRequest("POST", "/v1/import");
    String lines = line.formatted("a") + line.formatted("b") + line.formatted("c");
    new ImportRun(entries, ALL, CLOCK, stream(lines), request.memory()).run();
    assertThat(store.size()).isEqualTo(3);
    assertThat(store.entry("a").orElseThrow().revision())
        .isNotEqualTo(store.entry("b").orElseThrow().revision());
  }

  @Test
  void run_keyOutsideTheGrant_is403WithWhatIsIn() {
    Caller limited = new Caller("lim", Role.WRITER, List.of("a/"));
    HttpException refused =
        refusal(limited, "{\"key\":\"a/1\",\"value\":\"\"}\n{\"key\":\"b\",\"value\":\"\"}\n");
    assertThat(refused.status()).isEqualTo(403);
    assertThat(refused.members()).containsEntry("imported", 0L);
    assertThat(refused).hasMessageStartingWith("line 2: ");
    assertThat(store.size()).isZero();
  }

  @Test
  void run_cutAtEachByte_isRefusedOrWhole() {
    String whole =
        "{\"key\":\"ő\",\"value\":\"\\n\",\"size\":1,\"revision\":3}\n"
            + "{\"key_base64\":\"/w==\",\"value\":\"\"}\n{\"end\":true,\"entries\":2}";
    byte[] bytes = whole.getBytes(StandardCharsets.UTF_8);
    for (int length = 0; length < bytes.length; length++) {
      byte[] part = java.util.Arrays.copyOf(bytes, length);
      boolean isBoundary = length == 0 || bytes[length] == '\n' || bytes[length - 1] == '\n';
      HttpException refused = refusal(ALL, new ByteArrayInputStream(part));
      assertThat(refused == null).as("cut at %d", length).isEqualTo(isBoundary);
    }
  }

  @Test
  void run_exportOfRandomBytes_isTheSameStore() throws IOException {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    try (KVStore source = KVStore.inMemory()) {
      for (int number = 0; number < 1_500; number++) {
        byte[] key = new byte[1 + random.nextInt(12)];
        byte[] value = new byte[random.nextInt(random.nextInt(50) == 0 ? 100_000 : 50)];
        random.nextBytes(key);
        random.nextBytes(value);
        Expiry expiry =
            random.nextBoolean()
                ? Expiry.never()
                : Expiry.at(Instant.parse("2999-01-01T00:00:00Z").plusMillis(random.nextInt()));
        source.commit(new io.kvapp.Batch().put(key, value, expiry));
      }
      InMemoryBody body = new InMemoryBody();
      JsonOutput json = new JsonOutput(body);
      for (Entry entry : source.entries(Scan.all()).toList()) {
        EntryJson.write(json, entry);
        body.write('\n');
      }
      run(ALL, body.text());
      assertThat(contents(store)).as("seed %d", seed).isEqualTo(contents(source));
    }
  }

  @Test
  void run_slowInput_isReadAsItArrives() throws IOException {
    byte[] bytes =
        "{\"key\":\"a\",\"value\":\"1\"}\n{\"key\":\"b\",\"value\":\"2\"}\n"
            .repeat(40)
            .getBytes(StandardCharsets.UTF_8);
    Random random = new Random(7);
    InputStream pieces =
        new ByteArrayInputStream(bytes) {
          @Override
          public synchronized int read(byte[] target, int from, int length) {
            return super.read(target, from, Math.min(length, 1 + random.nextInt(9)));
          }
        };
    ImportRun run =
        new ImportRun(entries, ALL, CLOCK, pieces, new PlainRequest("POST", "/").memory());
    run.run();
    assertThat(run.imported()).isEqualTo(80);
  }

  private static List<String> contents(KVStore store) {
    List<String> contents = new ArrayList<>();
    store
        .entries(Scan.all())
        .forEach(
            entry ->
                contents.add(
                    java.util.HexFormat.of().formatHex(entry.key())
                        + "="
                        + java.util.HexFormat.of().formatHex(entry.value())
                        + "@"
                        + entry.expiresAtMillis()));
    return contents;
  }

  private ImportRun run(Caller caller, String lines) throws IOException {
    ImportRun run =
        new ImportRun(
            entries, caller, CLOCK, stream(lines), new PlainRequest("POST", "/").memory());
    run.run();
    return run;
  }

  private HttpException refusal(Caller caller, String lines) {
    return refusal(caller, stream(lines));
  }

  private HttpException refusal(Caller caller, InputStream lines) {
    return catchThrowableOfType(
        HttpException.class,
        () ->
            new ImportRun(entries, caller, CLOCK, lines, new PlainRequest("POST", "/").memory())
                .run());
  }

  private static InputStream stream(String text) {
    return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
  }
}
