package io.kvapp.etcd.cluster;

import io.grpc.Status;
import io.kvapp.KVException;
import io.kvapp.etcd.settings.EtcdLimits;
import io.kvapp.etcd.settings.EtcdSettings;
import java.io.Serial;
import java.net.UnknownHostException;
import javax.net.ssl.SSLException;

/** A call of the cluster that has failed, with what its failure means. */
public final class CallException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1;

  /** What a failure means. */
  public enum Fault {
    /** The member does not answer, or cannot at the moment; another one may, or later. */
    BUSY,
    /** Somebody has to sign in anew. */
    TOKEN,
    /** The lease of a writer is over. */
    LEASE,
    /** The revision is compacted. */
    COMPACTED,
    /** The revision is above the newest. */
    FUTURE,
    /** The quota of the database is used up. */
    NO_SPACE,
    /** The request is larger than the cluster takes. */
    REQUEST_TOO_LARGE,
    /** The transaction has more operations than the cluster takes. */
    TOO_MANY_OPERATIONS,
    /** The response is larger than is read at once. */
    RESPONSE_TOO_LARGE,
    /** The user may not do it. */
    NOT_PERMITTED,
    /** The user is not known, or none is given where one is needed. */
    NOT_SIGNED_IN,
    /** Anything else. */
    OTHER
  }

  private static final String NO_LEADER = "etcdserver: no leader";
  private static final String TLS_REMEDY =
      "name who has issued its certificate with ca=FILE, and if it asks for one the store's own with"
          + " cert=FILE and key=FILE";

  private final Fault fault;
  private final boolean sent;
  private final boolean timeout;

  public CallException(Status status, boolean sent) {
    super(message(status), status.getCause(), false, false);
    fault = fault(status);
    this.sent = sent && !isRefusedBefore(status);
    timeout = status.getCode() == Status.Code.DEADLINE_EXCEEDED;
  }

  /** The failure of what comes before a call, which was not sent therefore. */
  CallException(CallException before) {
    super(before.getMessage(), before, false, false);
    fault = before.fault;
    sent = false;
    timeout = before.timeout;
  }

  private static String message(Status status) {
    if (status.getCode() == Status.Code.DEADLINE_EXCEEDED) {
      return "no answer in time";
    }
    String description = status.getDescription();
    Throwable cause = status.getCause();
    // The message of an unknown host is its name alone.
    if (cause != null && cause.getMessage() != null && !has(cause, UnknownHostException.class)) {
      return firstLine(cause.getMessage());
    }
    return description == null ? status.getCode().toString() : firstLine(description);
  }

  private static String firstLine(String text) {
    return text.lines().findFirst().orElse("");
  }

  /** Whether the member has refused the request before it did anything with it. */
  private static boolean isRefusedBefore(Status status) {
    String text = message(status);
    return text.equals(NO_LEADER) || text.equals("etcdserver: too many requests");
  }

  private static Fault fault(Status status) {
    String text = message(status);
    return switch (status.getCode()) {
      // A connection that breaks under a call is UNKNOWN or INTERNAL at times.
      case UNAVAILABLE, DEADLINE_EXCEEDED, CANCELLED, ABORTED, UNKNOWN, INTERNAL -> Fault.BUSY;
      case RESOURCE_EXHAUSTED -> {
        if (text.contains("space exceeded")) {
          yield Fault.NO_SPACE;
        }
        if (text.contains("received message larger")) {
          yield Fault.REQUEST_TOO_LARGE;
        }
        yield text.contains("exceeds maximum size") || text.contains("larger than max")
            ? Fault.RESPONSE_TOO_LARGE
            : Fault.BUSY;
      }
      case OUT_OF_RANGE -> text.contains("compacted") ? Fault.COMPACTED : Fault.FUTURE;
      case NOT_FOUND -> text.contains("lease") ? Fault.LEASE : Fault.OTHER;
      case PERMISSION_DENIED -> Fault.NOT_PERMITTED;
      case UNAUTHENTICATED -> Fault.TOKEN;
      case INVALID_ARGUMENT -> {
        if (text.contains("request is too large")) {
          yield Fault.REQUEST_TOO_LARGE;
        }
        if (text.contains("too many operations")) {
          yield Fault.TOO_MANY_OPERATIONS;
        }
        if (text.contains("revision of auth store")) {
          yield Fault.TOKEN;
        }
        yield text.contains("user") || text.contains("authentication")
            ? Fault.NOT_SIGNED_IN
            : Fault.OTHER;
      }
      case FAILED_PRECONDITION ->
          text.contains("authentication") ? Fault.NOT_SIGNED_IN : Fault.OTHER;
      default -> Fault.OTHER;
    };
  }

  public Fault fault() {
    return fault;
  }

  /** Whether another try may succeed. */
  public boolean isBusy() {
    return fault == Fault.BUSY;
  }

  /** Whether no answer came in time. */
  boolean isTimeout() {
    return timeout;
  }

  /** Whether the member has answered that it sees no majority. */
  public boolean isWithoutLeader() {
    return getMessage().equals(NO_LEADER);
  }

  /** Whether the request may have been made: it was sent, and not refused for certain. */
  public boolean isUncertain() {
    return sent
        && (fault == Fault.BUSY
            || fault == Fault.OTHER
            || fault == Fault.RESPONSE_TOO_LARGE
            || fault == Fault.NO_SPACE);
  }

  private static boolean has(Throwable failure, Class<? extends Throwable> type) {
    Throwable cause = failure;
    while (cause != null && !type.isInstance(cause)) {
      cause = cause.getCause();
    }
    return cause != null;
  }

  private KVException unavailable(String where) {
    String what = " cannot be reached or has no leader (";
    String remedy = "start a majority of its members and try again";
    if (has(this, SSLException.class)) {
      what = " cannot be reached by TLS (";
      remedy = TLS_REMEDY;
    } else if (has(this, UnknownHostException.class)) {
      what = " cannot be reached (";
      remedy = "correct the host in the store's URI, or see to the name service";
    }
    return new KVException.Unavailable(
        where + what + getMessage() + "); nothing was done, " + remedy, this);
  }

  /** What a caller is told, where nothing was done. */
  public RuntimeException toCaller(EtcdSettings settings) {
    String where = settings.name();
    String text = getMessage();
    return switch (fault) {
      case BUSY -> unavailable(where);
      case NO_SPACE ->
          new KVException.NoSpace(
              "the database of "
                  + where
                  + " has used up its quota; nothing was done, delete entries, compact and"
                  + " defragment it and clear the alarm, or start it with a larger"
                  + " --quota-backend-bytes");
      case REQUEST_TOO_LARGE ->
          new IllegalArgumentException(
              "batch: larger than "
                  + where
                  + " takes ("
                  + text
                  + "); commit it in parts, or "
                  + EtcdLimits.requestBytesRemedy());
      case TOO_MANY_OPERATIONS ->
          new IllegalArgumentException(
              "batch: of more operations than "
                  + where
                  + " takes ("
                  + text
                  + "); commit it in parts, or "
                  + EtcdLimits.operationsRemedy());
      case NOT_PERMITTED ->
          new KVException.NotPermitted(
              where
                  + " does not permit this ("
                  + text
                  + "); grant the user's role readwrite on the prefix "
                  + settings.prefix()
                  + "/");
      case NOT_SIGNED_IN, TOKEN ->
          new KVException.NotSignedIn(
              where + " does not know who asks (" + text + "); give the URI a user and a password");
      default -> new KVException(where + " has failed: " + text, this);
    };
  }
}
