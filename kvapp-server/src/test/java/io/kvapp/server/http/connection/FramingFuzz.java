package io.kvapp.server.http.connection;

import io.kvapp.server.http.connection.RawClient.Answer;
import io.kvapp.server.http.connection.ReferenceReader.Expected;
import io.kvapp.server.http.message.Handler;
import io.kvapp.server.http.message.HttpException;
import io.kvapp.server.http.message.Request;
import io.kvapp.server.http.message.Response;
import io.kvapp.server.http.message.ResponseHead;
import io.kvapp.server.settings.HttpSetting;
import io.kvapp.server.settings.HttpSettings;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;

/**
 * Sends requests with random faults, cut at random places, and compares every response with what a
 * reference reader says.
 *
 * <p>As a program it takes a number of cases and a seed: a failure names the seed of its case.
 */
public final class FramingFuzz {
  static final HttpSettings SETTINGS = HttpSettings.defaults().with(HttpSetting.MAX_BODY_BYTES, 40);

  private final Watchdog clock = new Watchdog(Duration.ofSeconds(1).toNanos());
  private final MemoryBudget budget = new MemoryBudget(1 << 20);

  FramingFuzz() {}

  /** Runs as many cases as the first argument says, a million by default. */
  public static void main(String[] arguments) throws IOException {
    long cases = arguments.length > 0 ? Long.parseLong(arguments[0]) : 1_000_000;
    long seed = arguments.length > 1 ? Long.parseLong(arguments[1]) : System.nanoTime();
    System.out.println(cases + " cases, seed " + seed);
    long responses = new FramingFuzz().run(seed, cases);
    System.out.println("done: " + responses + " responses, all of them as they should be");
  }

  /** Runs cases of consecutive seeds; returns how many responses were looked at. */
  long run(long firstSeed, long cases) throws IOException {
    long responses = 0;
    for (long seed = firstSeed; seed < firstSeed + cases; seed++) {
      FuzzRequests requests = new FuzzRequests(seed);
      byte[] sent = requests.next();
      responses += check(seed, sent, requests.cuts(sent.length));
    }
    return responses;
  }

  /** Sends one pipeline, cut in two at every byte, and byte by byte. */
  long runEverySplit(long seed) throws IOException {
    byte[] sent = new FuzzRequests(seed).next();
    long responses = check(seed, sent, FuzzRequests.everywhere(sent.length));
    for (int cut = 1; cut < sent.length; cut++) {
      responses += check(seed, sent, cut);
    }
    return responses;
  }

  private int check(long seed, byte[] sent, int... cuts) throws IOException {
    ScriptedSocket socket = new ScriptedSocket(sent, cuts);
    Deadline deadline = new Deadline(socket, clock);
    ConnectionMemory memory = new ConnectionMemory(budget, budget);
    new Connection(
            SETTINGS,
            new FuzzHandler(),
            socket,
            deadline,
            memory,
            new Watchers(0),
            List.of(),
            () -> false)
        .serve();
    memory.end();
    if (budget.taken() != 0) {
      throw new AssertionError("seed " + seed + ": memory is still taken: " + budget.taken());
    }
    String text = new String(sent, StandardCharsets.ISO_8859_1);
    return compare(seed, Arrays.toString(cuts), text, socket.received());
  }

  /** Compares the responses to a text with those that it should have; returns their number. */
  static int compare(long seed, String cuts, String text, byte[] received) throws IOException {
    List<Expected> expected = ReferenceReader.read(text, SETTINGS);
    RawClient client = new RawClient(new ByteArrayInputStream(received));
    int index = 0;
    try {
      while (!client.isAtEnd()) {
        if (index == expected.size()) {
          throw new AssertionError("a response too many: " + client.rest());
        }
        Expected next = expected.get(index);
        Answer answer = client.read(next.head());
        if (answer.status() != 100) {
          compare(next, answer);
          index++;
        }
      }
      if (index < expected.size() && (index == 0 || !expected.get(index - 1).mayBeLast())) {
        throw new AssertionError("no response for " + expected.get(index));
      }
      return index;
    } catch (IOException | AssertionError | RuntimeException wrong) {
      throw new AssertionError(
          "seed " + seed + ", cut at " + cuts + ", response " + index + ":\n" + text, wrong);
    }
  }

  private static void compare(Expected expected, Answer answer) {
    boolean isError = answer.status() >= 400 && answer.status() < 500 || answer.status() == 505;
    String body = new String(answer.body(), StandardCharsets.ISO_8859_1);
    boolean isText = answer.status() == 200 && (expected.head() || body.equals(expected.text()));
    boolean isRight = expected.refused() && isError || !expected.text().isEmpty() && isText;
    if (!isRight) {
      throw new AssertionError(answer.status() + " " + body + " in place of " + expected);
    }
  }

  /** Answers with what it has understood, and leaves the body of a target with "skip" unread. */
  static final class FuzzHandler implements Handler {
    @Override
    public Response handle(Request request) {
      String place = request.path() + "?" + request.query();
      String line = request.method() + " " + place + " ";
      byte[] body;
      if (place.contains("skip")) {
        body = EchoHandler.latin1("skipped");
      } else {
        body = new byte[request.body().remaining()];
        request.body().get(body);
      }
      return Response.of(
          EchoHandler.OK,
          output -> {
            output.write(EchoHandler.latin1(line));
            output.write(body);
          });
    }

    @Override
    public Response error(Throwable failure, Request request) {
      int status = failure instanceof HttpException exception ? exception.status() : 500;
      return Response.of(
          ResponseHead.of(status),
          output -> output.write(EchoHandler.latin1(String.valueOf(failure.getMessage()))));
    }
  }
}
