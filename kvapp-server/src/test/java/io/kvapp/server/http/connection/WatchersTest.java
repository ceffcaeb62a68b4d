package io.kvapp.server.http.connection;

import static org.assertj.core.api.Assertions.assertThat;

import io.kvapp.server.http.message.Handler;
import io.kvapp.server.http.message.HttpException;
import io.kvapp.server.http.message.LongLived;
import io.kvapp.server.http.message.Request;
import io.kvapp.server.http.message.Response;
import io.kvapp.server.http.message.ResponseHead;
import io.kvapp.server.settings.HttpSetting;
import io.kvapp.server.settings.HttpSettings;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Responses that last. */
@Timeout(60)
final class WatchersTest {
  private static final String WATCH = "GET /watch HTTP/1.1\r\nHost: x\r\n\r\n";
  private static final String PING = "GET /ping HTTP/1.1\r\nHost: x\r\n\r\n";
  private static final String END = "end";

  /** What watchers are to say next. */
  private final BlockingQueue<String> words = new LinkedBlockingQueue<>();

  private HttpListener listener;

  @AfterEach
  void stop() {
    listener.close();
  }

  @Test
  void close_watchers_sayTheirLastWordsAndEndAtOnce() throws IOException {
    start(settings().with(HttpSetting.STOP_TIMEOUT, Duration.ofHours(1)));
    try (RawClient first = watcher();
        RawClient second = watcher()) {
      new Thread(listener::close).start();
      assertThat(first.rest()).isEqualTo("3\r\nbye\r\n0\r\n\r\n");
      assertThat(second.rest()).isEqualTo("3\r\nbye\r\n0\r\n\r\n");
    }
    listener.close();
  }

  @Test
  void watchers_beyondTheirLimit_are503UntilOneEnds() throws IOException {
    start(settings().with(HttpSetting.MAX_WATCHERS, 1));
    try (RawClient first = watcher();
        RawClient second = new RawClient(listener.port())) {
      assertThat(second.send(WATCH).read().status()).isEqualTo(503);
      words.add(END);
      assertThat(read(first, "3\r\nbye\r\n0\r\n\r\n".length())).endsWith("bye\r\n0\r\n\r\n");
      int status = 503;
      while (status == 503) {
        second.send(PING.replace("/ping", "/place"));
        status = second.read().status();
      }
      assertThat(status).isEqualTo(200);
      assertThat(first.send(PING).read().status()).isEqualTo(200);
    }
  }

  @Test
  void watchers_doNotCountAsConnections() throws IOException {
    start(settings().with(HttpSetting.MAX_CONNECTIONS, 1).with(HttpSetting.MAX_WATCHERS, 20));
    List<RawClient> watchers = new ArrayList<>();
    try {
      for (int count = 0; count < 20; count++) {
        watchers.add(watcher());
      }
      try (RawClient client = new RawClient(listener.port())) {
        assertThat(client.send(PING).read().status()).isEqualTo(200);
      }
    } finally {
      for (RawClient watcher : watchers) {
        watcher.close();
      }
    }
  }

  @Test
  void watcher_withNothingToSay_hasNoDeadline() throws IOException {
    Duration brief = Duration.ofMillis(50);
    start(
        settings()
            .with(HttpSetting.WRITE_TIMEOUT, brief)
            .with(HttpSetting.HEAD_TIMEOUT, brief)
            .with(HttpSetting.BODY_TIMEOUT, brief)
            .with(HttpSetting.IDLE_TIMEOUT, Duration.ofMillis(400)));
    try (RawClient watcher = watcher();
        RawClient idle = new RawClient(listener.port())) {
      assertThat(idle.isClosed()).isTrue();
      words.add("more");
      assertThat(read(watcher, "4\r\nmore\r\n".length())).isEqualTo("4\r\nmore\r\n");
    }
  }

  @Test
  void take_whileItStops_isRefusedAndWhoIsThereIsToldAtOnce() {
    start(settings());
    Watchers watchers = new Watchers(2);
    AtomicInteger told = new AtomicInteger();
    Watchers.Place place = watchers.take();
    watchers.stop();
    place.onEnd(told::incrementAndGet);
    assertThat(told).hasValue(1);
    assertThat(place.isEnding()).isTrue();
    int status = 0;
    try {
      watchers.take();
    } catch (HttpException refused) {
      status = refused.status();
    }
    assertThat(status).isEqualTo(503);
    place.close();
    place.close();
    assertThat(watchers.count()).isZero();
  }

  private void start(HttpSettings settings) {
    listener = HttpListener.start("127.0.0.1", 0, settings, new Watching());
  }

  private static HttpSettings settings() {
    return HttpSettings.defaults();
  }

  private RawClient watcher() throws IOException {
    RawClient client = new RawClient(listener.port());
    String all = "";
    client.send(WATCH);
    while (!all.endsWith("\r\n\r\n")) {
      all += read(client, 1);
    }
    return client;
  }

  private static String read(RawClient client, int length) throws IOException {
    InputStream input = client.socket().getInputStream();
    return new String(input.readNBytes(length), StandardCharsets.UTF_8);
  }

  private final class Watching implements Handler {
    @Override
    public Response handle(Request request) {
      if (request.path().equals("/ping")) {
        return Response.empty(ResponseHead.of(200));
      }
      LongLived watch = request.longLived();
      if (request.path().equals("/place")) {
        return Response.empty(ResponseHead.of(200));
      }
      watch.onEnd(() -> words.add(END));
      return Response.of(
          ResponseHead.of(200),
          output -> {
            output.flush();
            for (String word = next(); !word.equals(END); word = next()) {
              output.write(word.getBytes(StandardCharsets.UTF_8));
              output.flush();
            }
            output.write("bye".getBytes(StandardCharsets.UTF_8));
          });
    }

    @Override
    public Response error(Throwable failure, Request request) {
      return Response.empty(
          ResponseHead.of(failure instanceof HttpException refusal ? refusal.status() : 500));
    }

    private String next() {
      try {
        return words.take();
      } catch (InterruptedException stop) {
        throw new IllegalStateException(stop);
      }
    }
  }
}
