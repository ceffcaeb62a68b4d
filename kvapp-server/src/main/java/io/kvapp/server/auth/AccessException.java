package io.kvapp.server.auth;

import io.kvapp.KVException;
import java.time.Duration;

/**
 * A caller is refused. The messages are fit for the caller: they name no token, password or key.
 *
 * <p>These exceptions have no stack trace, because any caller can cause them at will.
 */
public abstract sealed class AccessException extends KVException {
  private AccessException(String message) {
    super(message);
  }

  /** Does nothing: a refusal is an answer, not a fault of the program. */
  @Override
  public synchronized Throwable fillInStackTrace() {
    return this;
  }

  /** A token was asked for without credentials, and they are needed: status 401. */
  public static final class CredentialsMissing extends AccessException {
    CredentialsMissing() {
      super("credentials are missing: send user and password by HTTP Basic or as JSON");
    }
  }

  /** The user or the password is wrong, and which of them is not told: status 401. */
  public static final class CredentialsWrong extends AccessException {
    public CredentialsWrong() {
      super("user or password is wrong");
    }
  }

  /** Too many attempts; the same one may come again later: status 429. */
  public static final class SlowedDown extends AccessException {
    private final Duration retryAfter;

    public SlowedDown(Duration retryAfter) {
      super("too many attempts; try again in " + seconds(retryAfter) + " s");
      this.retryAfter = retryAfter;
    }

    /** How long the caller should wait, in whole seconds, at least one: {@code Retry-After}. */
    public Duration retryAfter() {
      return Duration.ofSeconds(seconds(retryAfter));
    }

    private static long seconds(Duration time) {
      return Math.max(1, time.plusNanos(999_999_999).toSeconds());
    }
  }

  /** No token came with the request: status 400 on the classic face, 401 on v1. */
  public static final class TokenMissing extends AccessException {
    TokenMissing() {
      super("token is missing");
    }
  }

  /**
   * The token is malformed, tampered with, expired, revoked or signed by somebody else: status 400
   * on the classic face, 401 on v1.
   */
  public static final class TokenInvalid extends AccessException {
    TokenInvalid() {
      super("token is invalid");
    }
  }

  /** The caller is known and may not do this: status 403. */
  public static final class Forbidden extends AccessException {
    public Forbidden(String message) {
      super(message);
    }
  }
}
