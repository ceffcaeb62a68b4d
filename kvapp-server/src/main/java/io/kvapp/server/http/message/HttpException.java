package io.kvapp.server.http.message;

import java.time.Duration;

/**
 * A request that is refused, with the status and the one line that tell the client so. A refusal
 * that carries more than these, or that endpoints answer in different ways, is a nested kind.
 *
 * <p>The messages are fit for the client: they name no token, password, key or file. There is no
 * stack trace, because any client can cause a refusal at will.
 *
 * <p>Immutable, safe for any thread.
 */
public sealed class HttpException extends RuntimeException {
  private final int status;

  /**
   * A refusal.
   *
   * @param status the HTTP status, 400 to 599
   * @param message one line for the client
   */
  public HttpException(int status, String message) {
    super(message, null, false, false);
    this.status = status;
  }

  /** A refusal with status 400. */
  public static HttpException badRequest(String message) {
    return new HttpException(400, message);
  }

  /** The HTTP status. */
  public int status() {
    return status;
  }

  /** The path is known, and has other methods than the one that was asked for: status 405. */
  public static final class MethodNotAllowed extends HttpException {
    private final String allowed;

    /** Names the methods that the path has, separated by commas. */
    public MethodNotAllowed(String allowed) {
      super(405, "method not allowed; use " + allowed);
      this.allowed = allowed;
    }

    /** The methods that the path has: the header {@code Allow}. */
    public String allowed() {
      return allowed;
    }
  }

  /** A token was asked for without credentials, and they are needed: status 401. */
  public static final class CredentialsMissing extends HttpException {
    /** Says how to send them. */
    public CredentialsMissing() {
      super(401, "credentials are missing: send user and password by HTTP Basic or as JSON");
    }
  }

  /** The user or the password is wrong; the message does not tell which: status 401. */
  public static final class CredentialsWrong extends HttpException {
    /** Says that one of the two is wrong. */
    public CredentialsWrong() {
      super(401, "user or password is wrong");
    }
  }

  /** No token came with the request: status 401, and 400 at the endpoints of the Python KVApp. */
  public static final class TokenMissing extends HttpException {
    /** Says that it is missing. */
    public TokenMissing() {
      super(401, "token is missing");
    }
  }

  /**
   * The token is malformed, forged, expired or revoked: status 401, and 400 at the endpoints of the
   * Python KVApp.
   */
  public static final class TokenInvalid extends HttpException {
    /** Says that it is invalid, and not why. */
    public TokenInvalid() {
      super(401, "token is invalid");
    }
  }

  /** The caller may not do this, or the request may not come this way: status 403. */
  public static final class Forbidden extends HttpException {
    private final String code;

    /** Says what this caller may not do. */
    public Forbidden(String message) {
      this("forbidden", message);
    }

    /**
     * Says what is not allowed.
     *
     * @param code tells programs the reason, and never changes
     */
    public Forbidden(String code, String message) {
      super(403, message);
      this.code = code;
    }

    /** The reason, for programs; {@code forbidden} where it is what the caller was granted. */
    public String code() {
      return code;
    }
  }

  /** There were too many attempts; the same one may come again later: status 429. */
  public static final class SlowedDown extends HttpException {
    private final Duration retryAfter;

    /** Says how long to wait, rounded up to whole seconds. */
    public SlowedDown(Duration wait) {
      super(429, "too many attempts; try again in " + seconds(wait) + " s");
      this.retryAfter = Duration.ofSeconds(seconds(wait));
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
