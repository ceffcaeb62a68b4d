package io.kvapp.server.v1;

import io.kvapp.server.auth.Authenticator;
import io.kvapp.server.auth.users.Caller;
import io.kvapp.server.auth.users.Role;
import io.kvapp.server.failure.Problem;
import io.kvapp.server.http.message.Request;
import io.kvapp.server.http.routing.Face;
import java.util.List;

/**
 * What all paths from {@code /v1} on have in common: problems as errors, and callers by the token
 * in {@code Authorization: Bearer}, or else in {@code x-access-tokens}. Without users no token is
 * needed: whoever comes through the gate may do everything. One that is sent is checked all the
 * same.
 *
 * <p>All methods may be called from any thread.
 */
public final class V1Face {
  private static final String BEARER = "bearer ";
  private static final Caller LOCAL = new Caller(Caller.LOCAL_USER, Role.ADMIN, List.of(""));

  private V1Face() {}

  /** The face of a server with these callers. */
  public static Face of(Authenticator authenticator) {
    return at("/v1", authenticator);
  }

  /** The same for what begins at another path. */
  public static Face at(String path, Authenticator authenticator) {
    return new Face(path, true, request -> caller(request, authenticator), Problem::of);
  }

  /**
   * Whose a request is, by its token.
   *
   * @throws io.kvapp.server.http.message.HttpException if it is not valid, or there must be one
   */
  public static Caller caller(Request request, Authenticator authenticator) {
    return caller(token(request), authenticator);
  }

  /**
   * Whose a token is.
   *
   * @param token null where a request has none
   * @throws io.kvapp.server.http.message.HttpException if it is not valid, or no longer, or there
   *     must be one
   */
  static Caller caller(String token, Authenticator authenticator) {
    if (token == null && !authenticator.needsCredentials()) {
      return LOCAL;
    }
    return effective(authenticator.verify(token), authenticator);
  }

  /** Who a verified caller is here: without users, everybody is the admin. */
  static Caller effective(Caller caller, Authenticator authenticator) {
    return authenticator.needsCredentials() ? caller : LOCAL;
  }

  /** The token of a request; null where it has none. */
  static String token(Request request) {
    String header = request.header("authorization");
    if (header != null && header.regionMatches(true, 0, BEARER, 0, BEARER.length())) {
      return header.substring(BEARER.length()).strip();
    }
    String token = request.header("x-access-tokens");
    return token == null || token.isEmpty() ? null : token;
  }
}
