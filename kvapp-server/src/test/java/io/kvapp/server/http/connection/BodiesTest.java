package io.kvapp.server.http.connection;

import static org.assertj.core.api.Assertions.assertThat;

import io.kvapp.server.http.connection.RawClient.Answer;
import io.kvapp.server.http.message.Handler;
import io.kvapp.server.http.message.HttpException;
import io.kvapp.server.http.message.Request;
import io.kvapp.server.http.message.Response;
import io.kvapp.server.http.message.ResponseBody;
import io.kvapp.server.http.message.ResponseHead;
import io.kvapp.server.settings.HttpSetting;
import io.kvapp.server.settings.HttpSettings;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Bodies as arrays and as streams, and responses whose length is known or that are flushed. */
@Timeout(60)
final class BodiesTest {
  private static final int MAX_BYTES = 3 << 20;
  private static final ResponseHead OK = ResponseHead.of(200);
  private static final String PING = "GET /ping HTTP/1.1\r\nHost: x\r\n\r\n";

  private final CountDownLatch goOn = new CountDownLatch(1);
  private final AtomicInteger written = new AtomicInteger();
  private HttpListener listener;
  private RawClient client;

  @BeforeEach
  void start() throws IOException {
    HttpSettings settings =
        HttpSettings.defaults()
            .with(HttpSetting.MAX_BODY_BYTES, 1_000)
            .with(HttpSetting.BODY_TIMEOUT, Duration.ofMillis(300));
    listener = HttpListener.start("127.0.0.1", 0, settings, new Bodies());
    client = new RawClient(listener.port());
  }

  @AfterEach
  void stop() throws IOException {
    goOn.countDown();
    client.close();
    listener.close();
  }

  @ParameterizedTest
  @CsvSource({
    "bytes, 0", "bytes, 1", "bytes, 4096", "bytes, 4097", "bytes, 70000", "bytes, 3145728",
    "stream, 0", "stream, 1", "stream, 4096", "stream, 4097", "stream, 70000", "stream, 5000000"
  })
  void body_anyFraming_arrivesWholeAndTheNextRequestIsRead(String way, int size)
      throws IOException {
    byte[] body = new byte[size];
    new Random(size).nextBytes(body);
    for (boolean isChunked : new boolean[] {false, true}) {
      client.send(head("POST /" + way, isChunked ? -1 : size));
      client.send(isChunked ? chunked(body) : body).send(PING);
      Answer answer = client.read();
      assertThat(answer.status()).isEqualTo(200);
      assertThat(answer.body()).isEqualTo(body);
      assertThat(client.read().text()).isEqualTo("pong");
    }
  }

  @Test
  void bytes_announcedAndNotSent_takeNoMemoryFromOthers() throws IOException {
    HttpSettings small = HttpSettings.defaults().with(HttpSetting.MAX_BUFFERED_BYTES, 1 << 20);
    List<RawClient> silent = new ArrayList<>();
    byte[] body = new byte[100_000];
    try (HttpListener scarce = HttpListener.start("127.0.0.1", 0, small, new Bodies())) {
      for (int count = 0; count < 40; count++) {
        silent.add(new RawClient(scarce.port()).send(head("POST /bytes", MAX_BYTES) + "x"));
      }
      try (RawClient other = new RawClient(scarce.port())) {
        other.send(head("POST /bytes", body.length)).send(body);
        assertThat(other.read().body()).isEqualTo(body);
      }
      for (RawClient each : silent) {
        each.close();
      }
    }
  }

  @Test
  void bytes_beyondTheLimit_is413() throws IOException {
    client.send(head("POST /bytes", MAX_BYTES + 1));
    assertThat(client.read().text()).isEqualTo("413 {limit=3145728, size=3145729}");
    assertThat(client.isClosed()).isTrue();
    try (RawClient other = new RawClient(listener.port())) {
      other.send(head("POST /bytes", -1) + "300000\r\n").send(new byte[MAX_BYTES]);
      other.send("\r\n1\r\nx");
      assertThat(other.read().text()).isEqualTo("413 {limit=3145728}");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"bytes", "stream"})
  void body_brokenSlowOrEncoded_isRefused(String way) throws IOException {
    assertThat(statusOf(head("POST /" + way, -1) + "x\r\n")).isEqualTo(400);
    assertThat(statusOf(head("POST /" + way, -1) + "1\r\nab\r\n")).isEqualTo(400);
    assertThat(statusOf(head("POST /" + way, -1) + "ffffffffff\r\n")).isEqualTo(413);
    assertThat(statusOf(head("POST /" + way, 5) + "abc")).isEqualTo(408);
    assertThat(statusOf("Content-Encoding: gzip", "POST /" + way)).isEqualTo(415);
    client.send(head("POST /" + way, 5) + "abc").endOutput();
    assertThat(client.read().status()).isEqualTo(400);
  }

  @ParameterizedTest
  @ValueSource(strings = {"bytes", "stream"})
  void expectContinue_isAnsweredOnceTheBodyIsAskedFor(String way) throws IOException {
    client.send(expecting("POST /" + way));
    assertThat(client.read().status()).isEqualTo(100);
    client.send("abc");
    assertThat(client.read().text()).isEqualTo("abc");
    client.send(expecting("POST /refused"));
    assertThat(client.read().status()).isEqualTo(412);
    assertThat(client.isClosed()).isTrue();
  }

  @Test
  void stream_leftUnread_endsTheConnection() throws IOException {
    client.send(head("POST /first", 500_000)).send(new byte[500_000]);
    assertThat(client.read().text()).isEqualTo("1");
    assertThat(client.isClosed()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"1.1", "1.0"})
  void response_ofKnownLength_isNeverChunkedAndKeepsTheConnection(String version)
      throws IOException {
    String end = " HTTP/" + version + "\r\nHost: x\r\nConnection: keep-alive\r\n\r\n";
    for (int size : new int[] {0, 1, 70_000, 500_000}) {
      client.send("GET /known/" + size + end);
      Answer answer = client.read();
      assertThat(answer.header("Transfer-Encoding")).isEmpty();
      assertThat(answer.header("Content-Length")).contains("" + size);
      assertThat(answer.body()).hasSize(size);
    }
    written.set(0);
    client.send("HEAD /known/70000" + end);
    assertThat(client.read(true).header("Content-Length")).contains("70000");
    assertThat(written).hasValue(0);
    client.send(PING);
    assertThat(client.read().text()).isEqualTo("pong");
  }

  @Test
  void response_thatIsNotAsLongAsItSaid_isNeverTakenForWhole() throws IOException {
    client.send("GET /longer/10 HTTP/1.1\r\nHost: x\r\n\r\n");
    assertThat(client.read().status()).isEqualTo(500);
    for (String path : new String[] {"/longer/200000", "/shorter/200000"}) {
      try (RawClient other = new RawClient(listener.port())) {
        other.send("GET " + path + " HTTP/1.1\r\nHost: x\r\n\r\n" + PING);
        String all = other.rest();
        assertThat(all).contains("Content-Length: 200000").doesNotContain("pong");
        assertThat(all.length() - all.indexOf("\r\n\r\n") - 4).isLessThan(200_000);
      }
    }
  }

  @Test
  void flush_sendsTheHeadAndThenOneChunkForWhatIsAtHand() throws IOException {
    client.send("GET /flush HTTP/1.1\r\nHost: x\r\n\r\n");
    String head = "";
    while (!head.endsWith("\r\n\r\n")) {
      head += (char) client.socket().getInputStream().read();
    }
    assertThat(head).contains("Transfer-Encoding: chunked");
    goOn.countDown();
    assertThat(new String(client.socket().getInputStream().readNBytes(29), StandardCharsets.UTF_8))
        .isEqualTo("a\r\nfirst,also\r\n4\r\nlast\r\n0\r\n\r\n");
    client.send("HEAD /flush HTTP/1.1\r\nHost: x\r\n\r\n" + PING);
    assertThat(client.read(true).status()).isEqualTo(200);
    assertThat(client.read().text()).isEqualTo("pong");
  }

  @Test
  void response_304_hasNeitherLengthNorBody() throws IOException {
    client.send("GET /304 HTTP/1.1\r\nHost: x\r\n\r\n" + PING);
    String answers = client.endOutput().rest();
    assertThat(answers).startsWith("HTTP/1.1 304 Not Modified\r\n");
    String first = answers.substring(0, answers.indexOf("\r\n\r\n"));
    assertThat(first).doesNotContain("Content-Length", "Transfer-Encoding");
    assertThat(answers).contains("\r\n\r\nHTTP/1.1 200 OK").endsWith("pong");
  }

  private int statusOf(String request) throws IOException {
    try (RawClient other = new RawClient(listener.port())) {
      return other.send(request).read().status();
    }
  }

  private int statusOf(String header, String line) throws IOException {
    return statusOf(head(line, 3).replace("Host: x\r\n", "Host: x\r\n" + header + "\r\n") + "abc");
  }

  private static String head(String line, int length) {
    String framing = length < 0 ? "Transfer-Encoding: chunked" : "Content-Length: " + length;
    return line + " HTTP/1.1\r\nHost: x\r\n" + framing + "\r\n\r\n";
  }

  private static String expecting(String line) {
    return line + " HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n";
  }

  private static byte[] chunked(byte[] body) {
    ByteArrayOutputStream chunks = new ByteArrayOutputStream();
    for (int from = 0, size = 1; from < body.length; from += size, size = size * 3 % 10_007 + 1) {
      size = Math.min(size, body.length - from);
      chunks.writeBytes((Integer.toHexString(size) + ";a=b\r\n").getBytes(StandardCharsets.UTF_8));
      chunks.write(body, from, size);
      chunks.writeBytes("\r\n".getBytes(StandardCharsets.UTF_8));
    }
    chunks.writeBytes("0\r\n\r\n".getBytes(StandardCharsets.UTF_8));
    return chunks.toByteArray();
  }

  /** Answers by the first part of the path. */
  private final class Bodies implements Handler {
    @Override
    public Response handle(Request request) {
      String[] path = request.path().split("/");
      return switch (path[1]) {
        case "bytes" -> Response.of(OK, ResponseBody.of(request.bytes(MAX_BYTES)));
        case "stream" -> Response.of(OK, ResponseBody.of(readAll(request)));
        case "first" -> Response.of(OK, text(firstRead(request)));
        case "refused" -> Response.empty(ResponseHead.of(412));
        case "known" -> Response.of(OK, sized(path[2], 0));
        case "longer" -> Response.of(OK, sized(path[2], 1));
        case "shorter" -> Response.of(OK, sized(path[2], -1));
        case "flush" ->
            Response.of(
                OK,
                output -> {
                  output.flush();
                  await(goOn);
                  output.write("first,".getBytes(StandardCharsets.UTF_8));
                  output.write("also".getBytes(StandardCharsets.UTF_8));
                  output.flush();
                  output.write("last".getBytes(StandardCharsets.UTF_8));
                });
        case "304" -> Response.empty(ResponseHead.of(304));
        default -> Response.of(OK, text("pong"));
      };
    }

    @Override
    public Response error(Throwable failure, Request request) {
      HttpException refusal =
          failure instanceof HttpException known ? known : new HttpException(500, "failed");
      return Response.of(
          ResponseHead.of(refusal.status()), text(refusal.status() + " " + refusal.members()));
    }

    private ResponseBody sized(String size, int more) {
      int length = Integer.parseInt(size);
      return new ResponseBody() {
        @Override
        public long length() {
          return length;
        }

        @Override
        public void writeTo(io.kvapp.server.http.message.BodyOutput output) throws IOException {
          for (int count = 0; count < length + more; count++) {
            output.write('a' + count % 26);
            written.incrementAndGet();
          }
        }
      };
    }
  }

  private static ResponseBody text(String text) {
    return ResponseBody.of(text.getBytes(StandardCharsets.UTF_8));
  }

  private static byte[] readAll(Request request) {
    try (InputStream stream = request.bodyStream()) {
      return stream.readAllBytes();
    } catch (IOException impossible) {
      throw new AssertionError(impossible);
    }
  }

  private static String firstRead(Request request) {
    try (InputStream stream = request.bodyStream()) {
      return Integer.toString(stream.read(new byte[1]));
    } catch (IOException impossible) {
      throw new AssertionError(impossible);
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException stop) {
      throw new AssertionError(stop);
    }
  }
}
