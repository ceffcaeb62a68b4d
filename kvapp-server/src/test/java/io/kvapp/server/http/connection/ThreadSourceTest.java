package io.kvapp.server.http.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.kvapp.server.settings.HttpSetting;
import io.kvapp.server.settings.HttpSettings;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class ThreadSourceTest {
  private static final int CONNECTIONS = 1_500;

  @Test
  void ofJvm_virtualThreadsWhereThereAreSome() {
    boolean isKnown = Runtime.version().feature() >= 21;
    assertThat(ThreadSource.ofJvm().isVirtual()).isEqualTo(isKnown);
    Thread thread = ThreadSource.ofJvm().factory().newThread(() -> {});
    assertThat(thread.isDaemon()).isTrue();
    assertThat(thread.getName()).isEqualTo("kvapp-http-1");
  }

  @Test
  void ofJvm_virtualThreadsUnwanted_platformThreads() {
    System.setProperty(ThreadSource.PROPERTY, "false");
    try {
      assertThat(ThreadSource.ofJvm().isVirtual()).isFalse();
    } finally {
      System.clearProperty(ThreadSource.PROPERTY);
    }
  }

  @Test
  void idleConnections_virtualThreads_takeNoPlatformThreads() throws IOException {
    assumeThat(ThreadSource.ofJvm().isVirtual()).as("virtual threads, of JDK 21").isTrue();
    HttpSettings settings = HttpSettings.defaults().with(HttpSetting.MAX_CONNECTIONS, CONNECTIONS);
    List<Socket> clients = new ArrayList<>();
    int before = ManagementFactory.getThreadMXBean().getThreadCount();
    try (HttpListener listener = HttpListener.start("127.0.0.1", 0, settings, new EchoHandler())) {
      for (int count = 0; count < CONNECTIONS; count++) {
        Socket client = new Socket(InetAddress.getLoopbackAddress(), listener.port());
        client.getOutputStream().write(EchoHandler.latin1("GET / HTTP/1.1\r\nHost: x\r\n\r\n"));
        clients.add(client);
      }
      for (Socket client : clients) {
        assertThat(client.getInputStream().read()).isEqualTo('H');
      }
      assertThat(ManagementFactory.getThreadMXBean().getThreadCount() - before).isLessThan(100);
    } finally {
      for (Socket client : clients) {
        client.close();
      }
    }
  }
}
