package io.kvapp.server.failure;

import io.kvapp.KVException;
import io.kvapp.server.http.message.HttpException;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one place that maps exceptions to statuses and codes. A client is told its mistake; a failure
 * of the server goes to the log, because it may name files.
 *
 * <p>All methods may be called from any thread.
 */
public final class Failures {
  private static final Logger LOG = LoggerFactory.getLogger(Failures.class);
  private static final String READ_ONLY =
      "the store is read-only; the server's log says what to do";
  private static final String REFUSED =
      "the store refuses this server; nothing was changed, the server's log says what to do";
  private static final String STORE_FAILED = "the store failed; the server's log says what to do";

  /** How much of a failure the log gets. */
  private enum Logged {
    NOTHING,
    MESSAGE,
    STACK_TRACE
  }

  /** A row: which exceptions, and what they are. */
  private record Row(Predicate<Throwable> kind, Logged logged, Failure failure) {}

  /** The first row that applies has it. */
  private static final List<Row> TABLE =
      List.of(
          row(
              KVException.NoSpace.class,
              Logged.MESSAGE,
              507,
              "disk-full",
              "the server's disk is full; nothing was changed"),
          // It may be the write that broke the disk, of which nobody knows what has become.
          new Row(
              thrown -> thrown instanceof KVException.ReadOnly && thrown.getCause() != null,
              Logged.MESSAGE,
              new Failure(500, "damaged", READ_ONLY)),
          row(KVException.ReadOnly.class, Logged.MESSAGE, 503, "read-only", READ_ONLY),
          row(
              KVException.WrongState.class,
              Logged.NOTHING,
              503,
              "stopping",
              "the server is closing"),
          row(
              KVException.Unsupported.class,
              Logged.NOTHING,
              501,
              "unsupported",
              "the store of this server cannot do that"),
          row(
              KVException.Unavailable.class,
              Logged.MESSAGE,
              503,
              "unavailable",
              "the store cannot be reached; nothing was changed"),
          row(KVException.NotPermitted.class, Logged.MESSAGE, 503, "unavailable", REFUSED),
          row(KVException.NotSignedIn.class, Logged.MESSAGE, 503, "unavailable", REFUSED),
          row(KVException.Untrusted.class, Logged.MESSAGE, 503, "unavailable", REFUSED),
          row(
              KVException.Uncertain.class,
              Logged.MESSAGE,
              504,
              "uncertain",
              "the store did not answer; whether the write was made is not known"),
          row(KVException.Corrupt.class, Logged.STACK_TRACE, 500, "damaged", STORE_FAILED),
          row(KVException.class, Logged.STACK_TRACE, 500, "internal", STORE_FAILED),
          row(OutOfMemoryError.class, Logged.MESSAGE, 503, "busy", "the server is short of memory"),
          row(
              Throwable.class,
              Logged.STACK_TRACE,
              500,
              "internal",
              "internal error; the server's log says more"));

  private Failures() {}

  private static Row row(
      Class<? extends Throwable> kind, Logged logged, int status, String code, String detail) {
    return new Row(kind::isInstance, logged, new Failure(status, code, detail));
  }

  /** What a request is told that failed like this; what only operators may know is logged. */
  public static Failure of(Throwable thrown) {
    if (thrown instanceof HttpException refusal) {
      if (refusal.getCause() != null) {
        logRefusal(refusal.getCause());
      }
      return of(refusal);
    }
    if (thrown instanceof KVException.CannotAdd unfit) {
      return of(unfit);
    }
    Row row = row(thrown);
    switch (row.logged) {
      case NOTHING -> {
        // The client's concern alone.
      }
      case MESSAGE -> logRefusal(thrown);
      case STACK_TRACE -> LOG.error("a request failed: {}", thrown.getMessage(), thrown);
    }
    return row.failure;
  }

  private static Failure of(HttpException refusal) {
    return new Failure(
        refusal.status(),
        refusal.code(),
        refusal.getMessage(),
        refusal.headers(),
        refusal.members());
  }

  private static void logRefusal(Throwable failure) {
    LOG.error("a request was refused: {}", failure.getMessage());
  }

  /**
   * The same for whoever runs the store and may know everything: the detail is the message of the
   * exception, and nothing is logged.
   */
  public static Failure toOperator(Throwable thrown) {
    Failure failure;
    if (thrown instanceof HttpException refusal) {
      failure = of(refusal);
    } else if (thrown instanceof KVException.CannotAdd unfit) {
      failure = of(unfit);
    } else {
      failure = row(thrown).failure;
    }
    return new Failure(
        failure.status(),
        failure.code(),
        thrown.getMessage(),
        failure.headers(),
        failure.members());
  }

  private static Row row(Throwable thrown) {
    return TABLE.stream().filter(each -> each.kind.test(thrown)).findFirst().orElseThrow();
  }

  /** What is there does not fit the operation of this index. */
  private static Failure of(KVException.CannotAdd unfit) {
    boolean isNumber = unfit instanceof KVException.Overflow;
    return new Failure(
        422,
        isNumber ? "overflow" : "not-a-number",
        (isNumber ? "the sum is beyond 64 bits" : "the value is not a decimal 64-bit integer")
            + "; nothing was changed",
        Map.of(),
        Map.of("index", unfit.index()));
  }
}
