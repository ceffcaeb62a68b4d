package io.kvapp.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.kvapp.KVException;
import io.kvapp.Threads;
import io.kvapp.client.http.connection.Waits;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Collections;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the client makes of each answer, given by a server that answers as it is told. */
@Timeout(60)
final class RemoteAnswersTest {
  private static final String INFO =
      "{\"version\":\"1\",\"durability\":\"os\",\"limits\":{\"key_bytes\":4096,"
          + "\"value_bytes\":1000,\"txn_bytes\":9000,\"batch_bytes\":5000,\"txn_operations\":10}}";

  private record Answer(int status, String code) {}

  private final Queue<Answer> answers = new ConcurrentLinkedQueue<>();
  private final AtomicInteger requests = new AtomicInteger();
  private final AtomicInteger present = new AtomicInteger();
  private final AtomicInteger most = new AtomicInteger();
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private HttpServer server;
  private RemoteStore store;

  /** Without it that server waits 40 ms before each answer. */
  @BeforeAll
  static void answerAtOnce() {
    System.setProperty("sun.net.httpserver.nodelay", "true");
  }

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", this::answer);
    server.setExecutor(threads);
    server.start();
    store =
        RemoteStore.builder(URI.create("http://127.0.0.1:" + server.getAddress().getPort()))
            .timeout(Duration.ofSeconds(30))
            .build();
    store.limits();
    requests.set(0);
  }

  @AfterEach
  void stop() {
    store.close();
    server.stop(0);
    threads.shutdown();
  }

  private void answer(HttpExchange exchange) throws IOException {
    requests.incrementAndGet();
    most.accumulateAndGet(present.incrementAndGet(), Math::max);
    exchange.getRequestBody().readAllBytes();
    Answer next = answers.poll();
    String body = exchange.getRequestURI().getPath().equals("/v1") ? INFO : "value";
    int status = 200;
    if (next != null) {
      status = next.status;
      body =
          next.code == null
              ? "<html>no code</html>"
              : "{\"status\":" + status + ",\"code\":\"" + next.code + "\",\"detail\":\"told\"}";
    }
    exchange.getResponseHeaders().add("ETag", "\"7\"");
    exchange.getResponseHeaders().add("KVApp-Revision", "7");
    present.decrementAndGet();
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(status, bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }

  @ParameterizedTest
  @CsvSource({"503, busy", "503, stopping", "503, unavailable", "429, slow-down", "408, too-slow"})
  void nothingDone_isRepeated(int status, String code) {
    answers.add(new Answer(status, code));
    answers.add(new Answer(status, code));
    assertThat(store.put("a", "1")).isEqualTo(7);
    assertThat(requests).hasValue(3);
  }

  @ParameterizedTest
  @CsvSource({"500, internal", "500,", "502,", "503,", "504, uncertain", "504,", "500, damaged"})
  void perhapsDone_isUncertainForAWrite_andRepeatedForARead(int status, String code) {
    answers.add(new Answer(status, code));
    assertThatThrownBy(() -> store.put("a", "1")).isInstanceOf(KVException.Uncertain.class);
    assertThat(requests).hasValue(1);
    answers.add(new Answer(status, code));
    assertThat(store.get("a")).hasValue("value");
    assertThat(requests).hasValue(3);
  }

  @ParameterizedTest
  @CsvSource({
    "507, disk-full, NoSpace",
    "503, read-only, ReadOnly",
    "403, forbidden, NotPermitted",
    "403, cross-origin, NotPermitted",
    "401, token-missing, NotSignedIn",
    "501, unsupported, Unsupported",
    "422, overflow, Overflow",
    "422, not-a-number, NotANumber"
  })
  void refusal_isThrownAtOnce_byItsKind(int status, String code, String kind) {
    answers.add(new Answer(status, code));
    assertThatThrownBy(() -> store.put("a", "1"))
        .extracting(thrown -> thrown.getClass().getSimpleName())
        .isEqualTo(kind);
    assertThat(requests).hasValue(1);
  }

  @Test
  void requests_areNoMoreAtATimeThanTold() throws Exception {
    URI uri = URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    try (RemoteStore few = RemoteStore.builder(uri).maxConnections(2).build()) {
      Callable<Integer> caller = () -> putOften(few);
      assertThat(Threads.together(Collections.nCopies(8, caller))).containsOnly(20);
    }
    assertThat(most.get()).isBetween(1, 2);
  }

  @Test
  @EnabledForJreRange(min = JRE.JAVA_21)
  void interrupt_ofAVirtualThread_endsNoCall() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch interrupted = new CountDownLatch(1);
    server.createContext(
        "/v1/kv/slow",
        exchange -> {
          begun.countDown();
          Waits.await(interrupted, Long.MAX_VALUE);
          answer(exchange);
        });
    AtomicReference<Object> result = new AtomicReference<>();
    Runnable work =
        () -> result.set(store.put("slow", "1") + " " + Thread.currentThread().isInterrupted());
    Thread virtual =
        (Thread) Thread.class.getMethod("startVirtualThread", Runnable.class).invoke(null, work);
    begun.await();
    virtual.interrupt();
    interrupted.countDown();
    virtual.join();
    assertThat(result).hasValue("7 true");
  }

  private static int putOften(RemoteStore few) {
    int done = 0;
    while (done < 20) {
      few.put("a", "1");
      done++;
    }
    return done;
  }

  @Test
  void condition_thatDoesNotHold_isTheResult() {
    answers.add(new Answer(412, "conflict"));
    assertThat(store.putIfPresent("a", "1")).isEmpty();
    answers.add(new Answer(404, "not-found"));
    assertThat(store.get("a")).isEmpty();
    assertThat(requests).hasValue(2);
  }

  @Test
  void anotherServer_isNamedAsSuch() {
    answers.add(new Answer(404, null));
    assertThatThrownBy(() -> store.get("a"))
        .isInstanceOf(KVException.class)
        .hasMessageContaining("404 without a code of KVApp");
  }
}
