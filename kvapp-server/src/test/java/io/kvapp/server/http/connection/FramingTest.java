package io.kvapp.server.http.connection;

import static org.assertj.core.api.Assertions.assertThat;

import io.kvapp.server.http.connection.RawClient.Answer;
import io.kvapp.server.settings.HttpSettings;
import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class FramingTest {
  private static final String NEXT = "GET /next HTTP/1.1\r\nHost: x\r\n\r\n";

  private final EchoHandler handler = new EchoHandler();
  private HttpListener listener;
  private RawClient client;

  @BeforeEach
  void start() throws IOException {
    listener = HttpListener.start("127.0.0.1", 0, HttpSettings.defaults(), handler);
    client = new RawClient(listener.port());
  }

  @AfterEach
  void stop() throws IOException {
    client.close();
    listener.close();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "GET / HTTP/1.1\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a b\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a@b\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: ]]]\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a:b:c\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: [::1\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: localhost:abc\r\n\r\n",
        "GET / HTTP/1.0\r\nHost: localhost:abc\r\n\r\n",
        "GET http://:80/ HTTP/1.1\r\nHost: :80\r\n\r\n",
        "GET / HTTP/1.1\r\nHost : x\r\n\r\n",
        "GET / HTTP/1.1\r\nHost\t: x\r\n\r\n",
        "GET / HTTP/1.1\r\n Host: x\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: x\r\nA: b\r\n folded\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: x\r\n \r\nA: b\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: x\r\nno colon\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: x\r\n: nameless\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: x\r\nb(d: x\r\n\r\n",
        "GET / HTTP/1.1\nHost: x\n\n",
        "GET / HTTP/1.1\r\nHost: x\nA: b\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: x\rA: b\r\n\r\n",
        "GET / HTTP/1.1\rHost: x\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: x\r\nA: a\0b\r\n\r\n",
        "GET /\0 HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: x\r\nA: \u007f\r\n\r\n",
        "GET  / HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET /  HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET / HTTP/1.1 \r\nHost: x\r\n\r\n",
        " GET / HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET\t/\tHTTP/1.1\r\nHost: x\r\n\r\n",
        "GET / http/1.1\r\nHost: x\r\n\r\n",
        "GET / HTTP/1.10\r\nHost: x\r\n\r\n",
        "GET / HTTP/1\r\nHost: x\r\n\r\n",
        "GET /\r\n\r\n",
        "GET\r\n\r\n",
        "\r\n\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\n",
        "G=T / HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET /a#b HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET /%zz HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET /%4 HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET /\u00e9 HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET path HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET * HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET x:80 HTTP/1.1\r\nHost: x\r\n\r\n",
        "CONNECT x:80 HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET http:// HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET http:///a HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET http://user@x/a HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET http://evil.example/a HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET http://x:81/a HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET https://x:80/a HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET http://x:4294967376/a HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET http://x/a HTTP/1.1\r\nHost: \r\n\r\n",
        "GET ftp://x/a HTTP/1.1\r\nHost: x\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: \r\n\r\n",
        "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: +1\r\n\r\nx",
        "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 0x1\r\n\r\nx",
        "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1 1\r\n\r\nx",
        "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1,1\r\n\r\nx",
        "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx",
        "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\nx",
        "POST / HTTP/1.1\r\n"
            + "Host: x\r\n"
            + "Content-Length: 1\r\n"
            + "Transfer-Encoding: chunked\r\n\r\n"
            + "0\r\n",
        "POST / HTTP/1.1\r\n"
            + "Host: x\r\n"
            + "Transfer-Encoding: chunked\r\n"
            + "Content-Length: 1\r\n\r\n"
            + "0\r\n",
        "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding:\r\n\r\n0\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding:"
            + " chunked\r\n\r\n0\r\n\r\n",
        "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "\u0016\u0003\u0001\u0002\0\u0001\0\u0001\u00fc\u0003\u0003",
      })
  void read_malformedHead_is400AndCloses(String request) throws IOException {
    client.send(request);
    assertThat(client.read().status()).isEqualTo(400);
    assertThat(client.isClosed()).isTrue();
    assertThat(handler.handled).hasValue(0);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "x\r\nab\r\n0\r\n\r\n",
        "00000000000000000000000000000000000000000000000000000000000000000000000000000000000000"
            + "00000000000000000000000000000000000000000000000000000000000000000000000000000000000"
            + "00000000000000000000000000000000000000000000000000000000000000000000000000000000000"
            + "00000000002\r\nab\r\n0\r\n\r\n",
        "2\r\nabc\r\n0\r\n\r\n",
        "2\r\nab0\r\n\r\n",
        "2\nab\n0\n\n",
        "2\r\nab\n0\r\n\r\n",
        "-2\r\nab\r\n0\r\n\r\n",
        "0x2\r\nab\r\n0\r\n\r\n",
        " 2\r\nab\r\n0\r\n\r\n",
        "2 \r\nab\r\n0\r\n\r\n",
        "\r\nab\r\n0\r\n\r\n",
        "2;a\0\r\nab\r\n0\r\n\r\n",
        "2;a\rb\r\nab\r\n0\r\n\r\n",
        "0\r\nbad trailer\r\n\r\n",
        "0\r\nA : b\r\n\r\n",
        "0\r\n folded\r\n\r\n",
        "0\r\nA: b\n\r\n",
      })
  void read_malformedChunks_is400AndCloses(String body) throws IOException {
    for (String path : new String[] {"/", "/ignore"}) {
      try (RawClient each = new RawClient(listener.port())) {
        each.send("POST " + path + " HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n");
        each.send(body);
        assertThat(each.read().status()).isEqualTo(400);
        assertThat(each.isClosed()).isTrue();
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        "GET / HTTP/2.0\r\nHost: x\r\n\r\n",
        "GET / HTTP/0.9\r\n\r\n",
        "GET / HTTP/3.1\r\nHost: x\r\n\r\n"
      })
  void read_otherMajorVersion_is505AndCloses(String request) throws IOException {
    client.send(request);
    assertThat(client.read().status()).isEqualTo(505);
    assertThat(client.isClosed()).isTrue();
  }

  @ParameterizedTest
  @CsvSource({
    "2\\r\\nab\\r\\n0\\r\\n\\r\\n, ab",
    "0\\r\\n\\r\\n, ''",
    "1\\r\\na\\r\\n0000002\\r\\nbc\\r\\n0\\r\\n\\r\\n, abc",
    "A\\r\\n0123456789\\r\\na\\r\\n0123456789\\r\\n0\\r\\n\\r\\n, 01234567890123456789",
    "2;name=value\\r\\nab\\r\\n0;last\\r\\n\\r\\n, ab",
    "2 ;name\\r\\nab\\r\\n0\\r\\n\\r\\n, ab",
    "2\\r\\nab\\r\\n0\\r\\nTrailer: dropped\\r\\nB: c\\r\\n\\r\\n, ab",
  })
  void read_chunkedBody_isDecodedAndNextRequestIsServed(String body, String decoded)
      throws IOException {
    client.send("POST / HTTP/1.1\r\nHost: x\r\ntransfer-encoding: Chunked\r\n\r\n");
    client.send(body.replace("\\r", "\r").replace("\\n", "\n") + NEXT);
    assertThat(client.read().text()).isEqualTo("POST /? null " + decoded);
    assertThat(client.read().text()).isEqualTo("GET /next? null ");
  }

  @Test
  void read_requestSplitAtEveryByte_isTheSameRequest() throws IOException {
    String chunked =
        "POST /a?b=c HTTP/1.1\r\nHost: x\r\nX-Probe: p\r\nTransfer-Encoding: chunked\r\n\r\n"
            + "3\r\nabc\r\n2;e=f\r\nde\r\n0\r\nT: t\r\n\r\n";
    String plain =
        "POST /a?b=c HTTP/1.1\r\nHost: x\r\nX-Probe: p\r\nContent-Length: 5\r\n\r\nabcde";
    for (String request : new String[] {chunked, plain}) {
      for (int split = 1; split < request.length(); split++) {
        client.send(request.substring(0, split)).send(request.substring(split));
        assertThat(client.read().text()).isEqualTo("POST /a?b=c p abcde");
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "http://x/a?b, x, /a?b",
    "http://x, X, /?",
    "http://X?b, x, /?b",
    "HTTPS://[::1]:80/a, [::1]:80, /a?",
    "http://x:80/a, x, /a?",
    "http://x/a, X:080, /a?",
    "http://x:/a, x:80, /a?",
    "https://x:443/a, x:, /a?",
    "/a/../b%2f?c?d, x, /a/../b%2f?c?d",
    "//a, x, //a?",
    "/, x, /?"
  })
  void read_target_isSplitIntoPathAndQuery(String target, String host, String split)
      throws IOException {
    client.send("GET " + target + " HTTP/1.1\r\nHost: " + host + "\r\n\r\n");
    assertThat(client.read().text()).isEqualTo("GET " + split + " null ");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Content-Length: 0000000000000000000000003\r\n\r\nabc",
        "Transfer-Encoding: chunked\r\n\r\n0000000000000003\r\nabc\r\n0000000000000000\r\n\r\n"
      })
  void read_lengthWithLeadingZeros_isItsNumber(String rest) throws IOException {
    client.send("POST /a HTTP/1.1\r\nHost: x\r\n" + rest + NEXT);
    assertThat(client.read().text()).isEqualTo("POST /a? null abc");
    assertThat(client.read().text()).isEqualTo("GET /next? null ");
  }

  @Test
  void read_asteriskOfOptions_isPath() throws IOException {
    client.send("OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n");
    assertThat(client.read().text()).isEqualTo("OPTIONS *? null ");
  }

  @Test
  void read_emptyLineBeforeRequest_isSkipped() throws IOException {
    client.send(NEXT + "\r\n" + NEXT);
    assertThat(client.read().status()).isEqualTo(200);
    assertThat(client.read().status()).isEqualTo(200);
  }

  @Test
  void read_emptyLineBehindRequest_isNoRequest() throws IOException {
    client.send(NEXT + "\r\n").endOutput();
    assertThat(client.read().status()).isEqualTo(200);
    assertThat(client.isClosed()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"HEAD / HTTP/2.0\r\n", "HEAD /a b HTTP/1.1\r\n", "HEAD /\0"})
  void read_brokenHead_isAnsweredWithoutBody(String request) throws IOException {
    client.send(request);
    assertThat(client.read(true).status()).isGreaterThanOrEqualTo(400);
    assertThat(client.isClosed()).isTrue();
  }

  @Test
  void read_headWithTooLongATarget_isAnsweredWithoutBody() throws IOException {
    client.send("HEAD /" + "a".repeat(20_000));
    assertThat(client.read(true).status()).isEqualTo(414);
    assertThat(client.isClosed()).isTrue();
  }

  @Test
  void read_headerWithSpaces_isTrimmedAndRepeatedOneIsJoined() throws IOException {
    client.send("GET / HTTP/1.1\r\nHost:x\r\nx-PROBE: \t a b \t\r\nX-Probe:\r\nx-probe: c\r\n\r\n");
    assertThat(client.read().text()).isEqualTo("GET /? a b, , c ");
  }

  @Test
  void read_minorVersionAbove1_isServed() throws IOException {
    client.send("GET / HTTP/1.2\r\nHost: x\r\n\r\n" + NEXT);
    assertThat(client.read().status()).isEqualTo(200);
    assertThat(client.read().status()).isEqualTo(200);
  }

  @Test
  void read_getWithBody_isServedWithIt() throws IOException {
    client.send("GET /a HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc" + NEXT);
    assertThat(client.read().text()).isEqualTo("GET /a? null abc");
    assertThat(client.read().text()).isEqualTo("GET /next? null ");
  }

  @Test
  void read_bodyThatHandlerIgnores_isNotTheNextRequest() throws IOException {
    String smuggled = "GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n";
    client.send(
        "POST /ignore HTTP/1.1\r\nHost: x\r\nContent-Length: "
            + smuggled.length()
            + "\r\n\r\n"
            + smuggled
            + NEXT);
    assertThat(client.read().text()).startsWith("POST /ignore");
    assertThat(client.read().text()).startsWith("GET /next");
  }

  @Test
  void read_bodyThatEndsEarly_is400AndNeverHandled() throws IOException {
    client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nab").endOutput();
    assertThat(client.read().status()).isEqualTo(400);
    assertThat(client.isClosed()).isTrue();
  }

  @Test
  void read_expectation_isAnsweredBeforeTheBodyIsSent() throws IOException {
    client.send("POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-Continue\r\nContent-Length: 2\r\n\r\n");
    assertThat(client.read().status()).isEqualTo(100);
    client.send("ab");
    assertThat(client.read().text()).isEqualTo("POST /? null ab");
    client.send(NEXT);
    assertThat(client.read().status()).isEqualTo(200);
  }

  @Test
  void read_expectationThatIsRefused_isAnsweredAtOnceAndCloses() throws IOException {
    client.send(
        "POST /refused HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
    Answer answer = client.read();
    assertThat(answer.status()).isEqualTo(422);
    assertThat(answer.header("Connection")).contains("close");
    assertThat(client.isClosed()).isTrue();
  }

  @Test
  void read_otherExpectation_is417() throws IOException {
    client.send("POST / HTTP/1.1\r\nHost: x\r\nExpect: miracles\r\nContent-Length: 2\r\n\r\n");
    assertThat(client.read().status()).isEqualTo(417);
    assertThat(client.isClosed()).isTrue();
  }
}
