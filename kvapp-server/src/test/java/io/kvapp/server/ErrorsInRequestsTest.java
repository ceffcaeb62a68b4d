package io.kvapp.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.kvapp.KVServer;
import io.kvapp.KVStore;
import io.kvapp.server.classic.ClassicClient;
import io.kvapp.server.http.connection.RawClient;
import io.kvapp.server.http.connection.RawClient.Answer;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** An {@code Error} under a request is answered and logged once, and ends its connection alone. */
@Timeout(60)
final class ErrorsInRequestsTest {
  private static final List<Function<String, Error>> ERRORS =
      List.of(InternalError::new, StackOverflowError::new, AssertionError::new, LinkageError::new);

  private final AtomicReference<Error> next = new AtomicReference<>();

  @Test
  void errorOfTheStore_inEachKindOfRequest_is500AndLoggedOnce() throws Exception {
    PrintStream before = System.err;
    ByteArrayOutputStream log = new ByteArrayOutputStream();
    System.setErr(new PrintStream(log, true, StandardCharsets.UTF_8));
    try (KVStore store = KVStore.inMemory();
        KVServer server = KVServer.builder().store(failing(store)).port(0).build().start()) {
      String token;
      try (RawClient client = new RawClient(server.port())) {
        token = ClassicClient.token(client);
      }
      int count = 0;
      for (Function<String, Error> kind : ERRORS) {
        for (String request : List.of("insert", "key", "prefix")) {
          String message = "asked for number " + ++count + ".";
          try (RawClient client = new RawClient(server.port())) {
            next.set(kind.apply(message));
            assertThat(send(client, token, request).status()).as(message).isEqualTo(500);
            assertThat(client.isClosed()).isTrue();
          }
          assertThat(log.toString(StandardCharsets.UTF_8).split(message, -1).length - 1)
              .as(message)
              .isBetween(1, 2); // in a line, and at the head of its stack trace
          try (RawClient client = new RawClient(server.port())) {
            assertThat(send(client, token, "insert").status()).isEqualTo(201);
          }
        }
      }
      assertThat(log.toString(StandardCharsets.UTF_8).split("a request failed", -1))
          .hasSize(count + 1);
    } finally {
      System.setErr(before);
    }
  }

  private static Answer send(RawClient client, String token, String request) throws Exception {
    return request.equals("insert")
        ? ClassicClient.insert(client, token, "k", "v")
        : ClassicClient.search(client, token, request, "k");
  }

  /** The store, but for a next call that fails. */
  private KVStore failing(KVStore store) {
    return (KVStore)
        Proxy.newProxyInstance(
            KVStore.class.getClassLoader(),
            new Class<?>[] {KVStore.class},
            (proxy, method, arguments) -> {
              Error error =
                  List.of("put", "get", "entry", "scan").contains(method.getName())
                      ? next.getAndSet(null)
                      : null;
              if (error != null) {
                throw error;
              }
              try {
                return method.invoke(store, arguments);
              } catch (InvocationTargetException failed) {
                throw failed.getCause();
              }
            });
  }
}
