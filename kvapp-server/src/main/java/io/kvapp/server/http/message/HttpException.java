package io.kvapp.server.http.message;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/**
 * A request that is refused: a status, a code by which programs tell the reason, and one line for
 * people. It may carry headers of the response, and members that go with the code. A refusal that
 * endpoints answer in different ways, or catch, is a nested kind.
 *
 * <p>The messages are fit for the client: they name no token, password or file. There is no stack
 * trace, because any client can cause a refusal at will.
 *
 * <p>Safe for any thread once it is thrown.
 */
public sealed class HttpException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final int status;
  private final String code;
  private final transient Map<String, String> headers = new LinkedHashMap<>();
  private final transient Map<String, Object> members = new LinkedHashMap<>();

  /**
   * A refusal with the code that a status mostly has.
   *
   * @param status the HTTP status, 400 to 599
   * @param message one line for the client
   */
  public HttpException(int status, String message) {
    this(status, code(status), message);
  }

  /**
   * A refusal.
   *
   * @param status the HTTP status, 400 to 599
   * @param code tells programs the reason, and never changes
   * @param message one line for the client
   */
  public HttpException(int status, String code, String message) {
    this(status, code, message, null);
  }

  /**
   * A request that a failure of the server ended half-way.
   *
   * @param status the HTTP status, 400 to 599
   * @param code tells programs the reason, and never changes
   * @param message one line for the client
   * @param cause the failure, for the log and the figures of the server alone; null for none
   */
  public HttpException(int status, String code, String message, Throwable cause) {
    super(message, cause, false, false);
    this.status = status;
    this.code = Objects.requireNonNull(code, "code");
  }

  /** A refusal with status 400: the request is malformed. */
  public static HttpException badRequest(String message) {
    return new HttpException(400, message);
  }

  /** A body, value or head beyond a limit in bytes. */
  public static HttpException tooLarge(int status, long limit, String message) {
    return new HttpException(status, message).with("limit", limit);
  }

  /**
   * Adds a member that goes with the code.
   *
   * @param name a plain word
   * @param value a {@link Number}, a {@link String}, null, or a {@link ResponseBody} that writes
   *     JSON
   * @return this
   */
  public final HttpException with(String name, Object value) {
    members.put(name, value);
    return this;
  }

  /** Adds a header of the response; returns this. */
  public final HttpException withHeader(String name, String value) {
    headers.put(name, value);
    return this;
  }

  /** The HTTP status. */
  public final int status() {
    return status;
  }

  /** The reason, for programs. */
  public final String code() {
    return code;
  }

  /** Headers of the response besides those that every refusal has; not to be changed. */
  public final Map<String, String> headers() {
    return headers;
  }

  /** What goes with the code, as {@link #with} took it; not to be changed. */
  public final Map<String, Object> members() {
    return members;
  }

  private static String code(int status) {
    return switch (status) {
      case 403 -> "forbidden";
      case 404 -> "unknown-path";
      case 405 -> "method-not-allowed";
      case 408 -> "too-slow";
      case 413, 414, 431 -> "too-large";
      case 415 -> "unsupported-encoding";
      case 429 -> "slow-down";
      case 501 -> "unknown-method";
      case 503 -> "busy";
      default -> status < 500 || status == 505 ? "bad-request" : "internal";
    };
  }

  /** The path is known, and has other methods than the one that was asked for: status 405. */
  public static final class MethodNotAllowed extends HttpException {
    private static final long serialVersionUID = 1;

    /** Names the methods that the path has, separated by commas. */
    public MethodNotAllowed(String allowed) {
      super(405, "method not allowed; use " + allowed);
      withHeader("Allow", allowed);
    }
  }

  /** A token was asked for without credentials, and they are needed: status 401. */
  public static final class CredentialsMissing extends HttpException {
    private static final long serialVersionUID = 1;

    /** Says how to send them. */
    public CredentialsMissing() {
      super(
          401,
          "bad-credentials",
          "credentials are missing: send user and password by HTTP Basic or as JSON");
    }
  }

  /** The user or the password is wrong; the message does not tell which: status 401. */
  public static final class CredentialsWrong extends HttpException {
    private static final long serialVersionUID = 1;

    /** Says that one of the two is wrong. */
    public CredentialsWrong() {
      super(401, "bad-credentials", "user or password is wrong");
    }
  }

  /** No token came with the request: status 401, and 400 at the endpoints of the Python KVApp. */
  public static final class TokenMissing extends HttpException {
    private static final long serialVersionUID = 1;

    /** Says that it is missing. */
    public TokenMissing() {
      super(401, "token-missing", "token is missing");
    }
  }

  /**
   * The token is malformed, forged, expired or revoked: status 401, and 400 at the endpoints of the
   * Python KVApp.
   */
  public static final class TokenInvalid extends HttpException {
    private static final long serialVersionUID = 1;

    /** Says that it is invalid, and not why. */
    public TokenInvalid() {
      this("token-invalid");
    }

    private TokenInvalid(String code) {
      super(401, code, "token is invalid");
    }

    /** A token that was valid once: its code says that it has expired. */
    public static TokenInvalid expired() {
      return new TokenInvalid("token-expired");
    }
  }

  /** The caller may not do this, or the request may not come this way: status 403. */
  public static final class Forbidden extends HttpException {
    private static final long serialVersionUID = 1;

    /** Says what this caller may not do. */
    public Forbidden(String message) {
      super(403, message);
    }

    /**
     * Says what is not allowed.
     *
     * @param code the reason, for programs
     */
    public Forbidden(String code, String message) {
      super(403, code, message);
    }
  }

  /** There were too many attempts; the same one may come again later: status 429. */
  public static final class SlowedDown extends HttpException {
    private static final long serialVersionUID = 1;

    private final Duration retryAfter;

    /** Says how long to wait, rounded up to whole seconds. */
    public SlowedDown(Duration wait) {
      super(429, "too many attempts; try again in " + seconds(wait) + " s");
      this.retryAfter = Duration.ofSeconds(seconds(wait));
      withHeader("Retry-After", Long.toString(retryAfter.toSeconds()));
    }

    /** How long to wait, in whole seconds, at least one: the header {@code Retry-After}. */
    public Duration retryAfter() {
      return retryAfter;
    }

    private static long seconds(Duration time) {
      return Math.max(1, time.plusNanos(999_999_999).toSeconds());
    }
  }
}
