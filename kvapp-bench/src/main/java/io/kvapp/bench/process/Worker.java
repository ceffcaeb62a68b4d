package io.kvapp.bench.process;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/**
 * The commands of a worker JVM. Each line of its standard input is a command, and each is answered
 * by one line on standard output: {@code =} and the answer, or {@code !} and the failure. It ends
 * with its input.
 */
public interface Worker {
  /**
   * Runs a command.
   *
   * @param command its words
   * @return the answer, whose text is one line
   */
  Object run(String[] command) throws Exception;

  /** Obeys commands until there are no more. */
  static void serve(Worker worker) throws IOException {
    PrintStream answers = System.out;
    // The output of libraries must not come between the answers.
    System.setOut(System.err);
    BufferedReader commands =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = commands.readLine(); line != null; line = commands.readLine()) {
      answers.println(answer(worker, line));
      answers.flush();
    }
  }

  private static String answer(Worker worker, String line) {
    try {
      return "= " + worker.run(line.split(" "));
    } catch (Exception | Error failure) {
      failure.printStackTrace();
      return "! " + String.valueOf(failure).replace('\n', ' ');
    }
  }
}
