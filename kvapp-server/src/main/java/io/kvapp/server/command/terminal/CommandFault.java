package io.kvapp.server.command.terminal;

import io.kvapp.KVException;
import io.kvapp.server.failure.Failure;
import io.kvapp.server.failure.Failures;
import io.kvapp.server.failure.Problem;
import io.kvapp.server.http.message.HttpException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.ParameterException;

/**
 * A failed command: its exit code, and what there is to say of it.
 *
 * <p>Immutable, safe for any thread.
 */
final class CommandFault {
  /** There is no such key, or a condition does not hold. */
  private static final int OTHERWISE = 3;

  private final Failure failure;

  private CommandFault(Failure failure) {
    this.failure = failure;
  }

  /** What this failure is; the unexpected is status 500. */
  static CommandFault of(Throwable thrown) {
    if (thrown instanceof ParameterException) {
      return new CommandFault(failure(400, "bad-parameter", thrown.getMessage()));
    }
    if (thrown instanceof IllegalArgumentException) {
      return new CommandFault(failure(400, "bad-request", thrown.getMessage()));
    }
    if (thrown instanceof KVException.NotSignedIn) {
      return new CommandFault(
          failure(
              401,
              "token-invalid",
              "the server wants a sign-in; run kvapp login, or name a user with --user"));
    }
    if (thrown instanceof KVException.NotPermitted) {
      return new CommandFault(failure(403, "forbidden", thrown.getMessage()));
    }
    if (thrown instanceof KVException.FolderInUse || thrown instanceof KVException.Untrusted) {
      return new CommandFault(failure(503, "unavailable", thrown.getMessage()));
    }
    if (thrown instanceof KVException.HistoryGone gone) {
      return new CommandFault(
          new Failure(
              410, "history-gone", gone.getMessage(), Map.of(), Map.of("oldest", gone.oldest())));
    }
    return new CommandFault(Failures.toOperator(thrown));
  }

  /** Whether it is none that a command foresees. */
  static boolean isUnexpected(Throwable thrown) {
    return !(thrown instanceof KVException
        || thrown instanceof HttpException
        || thrown instanceof IllegalArgumentException
        || thrown instanceof ParameterException);
  }

  int exitCode() {
    return switch (failure.status()) {
      case 400 -> ExitCode.USAGE;
      case 404, 412 -> failure.code().equals("unknown-path") ? ExitCode.SOFTWARE : OTHERWISE;
      default -> ExitCode.SOFTWARE;
    };
  }

  String message() {
    return failure.detail();
  }

  /** The problem object, on one line. */
  String json() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    StandardOutput output = new StandardOutput(bytes, false);
    try {
      Problem.body(failure).writeTo(output);
    } catch (IOException impossible) {
      throw new IllegalStateException("writing to memory failed", impossible);
    }
    output.flush();
    return bytes.toString(StandardCharsets.UTF_8);
  }

  private static Failure failure(int status, String code, String detail) {
    return new Failure(status, code, detail, Map.of(), Map.of());
  }
}
