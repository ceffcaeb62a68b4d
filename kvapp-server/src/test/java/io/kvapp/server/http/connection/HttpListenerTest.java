package io.kvapp.server.http.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import fi.iki.elonen.NanoHTTPD;
import io.kvapp.KVException;
import io.kvapp.server.http.message.Handler;
import io.kvapp.server.http.message.Request;
import io.kvapp.server.http.message.Response;
import io.kvapp.server.http.message.ResponseHead;
import io.kvapp.server.settings.HttpSetting;
import io.kvapp.server.settings.HttpSettings;
import java.io.EOFException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class HttpListenerTest {
  private static final String GET = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";

  @Test
  void start_portInUse_saysSo() {
    try (HttpListener first = start("127.0.0.1", 0)) {
      assertThatThrownBy(() -> start("127.0.0.1", first.port()))
          .isInstanceOf(KVException.PortInUse.class)
          .hasMessageContaining("port " + first.port() + " on 127.0.0.1 is in use");
    }
  }

  @Test
  void start_foreignOrUnknownHost_saysSo() {
    assertThatThrownBy(() -> start("192.0.2.1", 0))
        .isInstanceOf(KVException.class)
        .hasMessageContaining("host 192.0.2.1 port 0 cannot be listened at");
    assertThatThrownBy(() -> start("no.such.host.invalid", 0))
        .isInstanceOf(KVException.class)
        .hasMessageContaining("no.such.host.invalid cannot be resolved");
  }

  @Test
  void start_localhost_answersAtEachOfItsAddresses() throws IOException {
    try (HttpListener listener = start("localhost", 0)) {
      for (InetAddress address : InetAddress.getAllByName("localhost")) {
        try (Socket socket = new Socket(address, listener.port())) {
          socket.getOutputStream().write(EchoHandler.latin1(GET));
          assertThat(socket.getInputStream().read()).isEqualTo('H');
        }
      }
    }
  }

  @Test
  void start_portInUseAtALaterAddress_saysSoAndFreesTheFirst() throws IOException {
    InetAddress first = InetAddress.getByName("127.0.0.1");
    InetAddress second = InetAddress.getByName("127.0.0.2");
    try (ServerSocket taken = new ServerSocket(0, 1, second)) {
      int port = taken.getLocalPort();
      assertThatThrownBy(() -> start(List.of(first, second), port))
          .isInstanceOf(KVException.PortInUse.class)
          .hasMessageContaining("port " + port + " on some host is in use");
      RawClient.awaitRefusal(port);
    }
  }

  @Test
  void start_anyPortThatIsInUseAtALaterAddress_triesOthersAndGivesUp() throws IOException {
    InetAddress address = InetAddress.getByName("127.0.0.1");
    assertThatThrownBy(() -> start(List.of(address, address), 0))
        .isInstanceOf(KVException.PortInUse.class);
  }

  @Test
  void start_laterAddressThatIsNotOfThisMachine_servesTheFirst() throws IOException {
    InetAddress first = InetAddress.getByName("127.0.0.1");
    InetAddress foreign = InetAddress.getByName("192.0.2.1");
    try (HttpListener listener = start(List.of(first, foreign), 0);
        RawClient client = new RawClient(listener.port())) {
      client.send(GET);
      assertThat(client.read().status()).isEqualTo(200);
    }
  }

  @Test
  void startAndClose_interruptedThread_workAndKeepTheInterrupt() throws IOException {
    Thread.currentThread().interrupt();
    HttpListener listener = start("127.0.0.1", 0);
    assertThat(Thread.interrupted()).isTrue();
    try (RawClient client = new RawClient(listener.port())) {
      client.send(GET);
      assertThat(client.read().status()).isEqualTo(200);
      Thread.currentThread().interrupt();
      List<String> logged = logOfTheLibrary(listener::close);
      assertThat(Thread.interrupted()).isTrue();
      assertThat(logged).isEmpty();
      assertThat(client.isClosed()).isTrue();
    }
  }

  private static List<String> logOfTheLibrary(Runnable action) {
    List<String> logged = new CopyOnWriteArrayList<>();
    java.util.logging.Handler log =
        new java.util.logging.Handler() {
          @Override
          public void publish(LogRecord message) {
            logged.add(message.getMessage());
          }

          @Override
          public void flush() {
            // Nothing is buffered.
          }

          @Override
          public void close() {
            // Nothing is open.
          }
        };
    Logger library = Logger.getLogger(NanoHTTPD.class.getName());
    library.addHandler(log);
    try {
      action.run();
    } finally {
      library.removeHandler(log);
    }
    return logged;
  }

  @Test
  void close_thenStart_bindsTheSamePortAtOnce() throws IOException {
    int port = 0;
    for (int round = 0; round < 5; round++) {
      try (HttpListener listener = start("127.0.0.1", port);
          RawClient client = new RawClient(listener.port())) {
        port = listener.port();
        client.send(GET);
        assertThat(client.read().status()).isEqualTo(200);
      }
    }
  }

  @Test
  void close_endsIdleConnectionsAndRefusesNewOnes() throws IOException {
    HttpListener listener = start("127.0.0.1", 0);
    try (RawClient idle = new RawClient(listener.port());
        RawClient fresh = new RawClient(listener.port())) {
      idle.send(GET);
      assertThat(idle.read().status()).isEqualTo(200);
      listener.close();
      assertThat(idle.isClosed()).isTrue();
      assertThat(fresh.isClosed()).isTrue();
      assertThatThrownBy(() -> new RawClient(listener.port())).isInstanceOf(ConnectException.class);
    }
    listener.close();
  }

  @Test
  void close_headThatIsNotComplete_is503AtOnce() throws IOException {
    HttpSettings patient =
        HttpSettings.defaults()
            .with(HttpSetting.HEAD_TIMEOUT, Duration.ofHours(1))
            .with(HttpSetting.STOP_TIMEOUT, Duration.ofHours(1));
    HttpListener listener = HttpListener.start("127.0.0.1", 0, patient, new EchoHandler());
    try (RawClient slow = new RawClient(listener.port())) {
      slow.send(GET);
      assertThat(slow.read().status()).isEqualTo(200);
      slow.send("G");
      listener.close();
      assertThat(slow.read().status()).isEqualTo(503);
    } catch (EOFException endedBeforeTheHeadHadBegun) {
      // The listener has not seen its first byte.
    }
  }

  @Test
  void close_requestInFlight_isAnsweredFirst() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    EchoHandler echo = new EchoHandler();
    HttpListener listener =
        HttpListener.start(
            "127.0.0.1",
            0,
            HttpSettings.defaults(),
            handler(
                request -> {
                  begun.countDown();
                  await(goOn);
                  return echo.handle(request);
                }));
    try (RawClient client = new RawClient(listener.port())) {
      client.send(GET);
      await(begun);
      Thread closer = new Thread(listener::close);
      closer.start();
      RawClient.awaitRefusal(listener.port());
      goOn.countDown();
      RawClient.Answer answer = client.read();
      assertThat(answer.status()).isEqualTo(200);
      assertThat(answer.header("Connection")).contains("close");
      client.close();
      closer.join();
    }
  }

  @Test
  void close_requestThatNeverEnds_isCutAtTheDeadline() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    HttpSettings settings = withStopTimeout(Duration.ofMillis(100));
    HttpListener listener =
        HttpListener.start(
            "127.0.0.1",
            0,
            settings,
            handler(
                request -> {
                  begun.countDown();
                  return Response.of(
                      EchoHandler.OK,
                      output -> {
                        while (true) {
                          output.write('x');
                        }
                      });
                }));
    try (RawClient client = new RawClient(listener.port())) {
      client.send(GET);
      await(begun);
      listener.close();
      assertThatThrownBy(client::read).isInstanceOf(IOException.class);
    }
  }

  @Test
  void close_handlerThatLooksForItsClient_endsAtTheDeadline() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch ended = new CountDownLatch(1);
    HttpListener listener =
        HttpListener.start(
            "127.0.0.1",
            0,
            withStopTimeout(Duration.ofMillis(100)),
            handler(
                request -> {
                  begun.countDown();
                  try {
                    while (true) {
                      request.requireClient();
                    }
                  } finally {
                    ended.countDown();
                  }
                }));
    try (RawClient client = new RawClient(listener.port())) {
      client.send(GET);
      await(begun);
      listener.close();
      await(ended);
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException interrupted) {
      throw new AssertionError(interrupted);
    }
  }

  private static HttpListener start(List<InetAddress> addresses, int port) {
    return HttpListener.start(
        "some host",
        addresses,
        port,
        HttpSettings.defaults(),
        SocketLayer.PLAIN,
        new EchoHandler(),
        List.of());
  }

  private static HttpListener start(String host, int port) {
    return HttpListener.start(host, port, HttpSettings.defaults(), new EchoHandler());
  }

  private static Handler handler(java.util.function.Function<Request, Response> function) {
    return new Handler() {
      @Override
      public Response handle(Request request) {
        return function.apply(request);
      }

      @Override
      public Response error(Throwable failure, Request request) {
        return Response.empty(ResponseHead.of(500));
      }
    };
  }

  private static HttpSettings withStopTimeout(Duration stop) {
    return HttpSettings.defaults().with(HttpSetting.STOP_TIMEOUT, stop);
  }
}
