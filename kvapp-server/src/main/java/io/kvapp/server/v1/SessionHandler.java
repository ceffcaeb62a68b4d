package io.kvapp.server.v1;

import io.kvapp.server.auth.Authenticator;
import io.kvapp.server.auth.IssuedToken;
import io.kvapp.server.auth.SignIn;
import io.kvapp.server.auth.gate.TrustedProxies;
import io.kvapp.server.auth.password.Credentials;
import io.kvapp.server.auth.users.Caller;
import io.kvapp.server.http.message.BodyOutput;
import io.kvapp.server.http.message.HttpException;
import io.kvapp.server.http.message.Request;
import io.kvapp.server.http.message.Response;
import io.kvapp.server.http.routing.Access;
import io.kvapp.server.http.routing.Call;
import io.kvapp.server.http.routing.Route;
import io.kvapp.server.json.JsonMembers;
import io.kvapp.server.json.JsonOutput;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * {@code /v1/auth}: signs in, renews a token, and says whose token it is.
 *
 * <p>All methods may be called from any thread.
 */
public final class SessionHandler {
  private static final String PATH = "/v1/auth";
  private static final int MAX_BODY_BYTES = 16 << 10;
  private static final String USER = "user";
  private static final String PASSWORD = "password";
  private static final byte[] TOKEN_MEMBER = JsonOutput.ascii("\"token\":");
  private static final byte[] EXPIRES_AT_MEMBER = JsonOutput.ascii("\"expires_at\":");
  private static final byte[] USER_MEMBER = JsonOutput.ascii("\"user\":");
  private static final byte[] ROLE_MEMBER = JsonOutput.ascii(",\"role\":");
  private static final byte[] PREFIXES_MEMBER = JsonOutput.ascii(",\"prefixes\":[");
  private static final byte[] BEGIN = JsonOutput.ascii("{");
  private static final byte[] COMMA = JsonOutput.ascii(",");
  private static final byte[] END = JsonOutput.ascii("]}");

  private final Authenticator authenticator;
  private final TrustedProxies proxies;

  private SessionHandler(Authenticator authenticator, TrustedProxies proxies) {
    this.authenticator = authenticator;
    this.proxies = proxies;
  }

  /** The rows of the route table. */
  public static List<Route> routes(Authenticator authenticator, TrustedProxies proxies) {
    SessionHandler session = new SessionHandler(authenticator, proxies);
    return List.of(
        Route.of(PATH, List.of("GET", "HEAD"), Access.TOKEN, session::describe),
        Route.of(PATH, List.of("POST"), Access.ANYBODY, session::open).withMaxBody(MAX_BODY_BYTES));
  }

  private Response describe(Call call) {
    requireNoParameters(call);
    String token = V1Face.token(call.request());
    Instant expiresAt = token == null ? null : authenticator.expiry(token);
    return Response.of(Replies.json(), output -> write(output, null, expiresAt, call.caller()));
  }

  private Response open(Call call) {
    requireNoParameters(call);
    IssuedToken issued = issue(call);
    call.request().user(issued.caller().user());
    Caller caller = V1Face.effective(issued.caller(), authenticator);
    return Response.of(
        Replies.json(), output -> write(output, issued.token(), issued.expiresAt(), caller));
  }

  private IssuedToken issue(Call call) {
    Request request = call.request();
    Optional<Credentials> credentials =
        authenticator.needsCredentials() ? credentials(call) : Optional.empty();
    String token = V1Face.token(request);
    return credentials.isEmpty() && token != null
        ? authenticator.renew(token)
        : authenticator.signIn(new SignIn(proxies.clientAddress(request), credentials, token));
  }

  /** From the header, or else from the body; empty where neither has any. */
  private static Optional<Credentials> credentials(Call call) {
    Optional<Credentials> inHeader = Credentials.ofBasic(call.request().header("authorization"));
    if (inHeader.isPresent()) {
      return inHeader;
    }
    ByteBuffer body = call.body();
    if (!body.hasRemaining()) {
      return Optional.empty();
    }
    JsonMembers members = JsonMembers.read(body);
    if (!members.areOnly(USER, PASSWORD)) {
      throw new HttpException(400, "bad-json", "the body has the members user and password alone");
    }
    return Optional.of(new Credentials(text(members, USER), text(members, PASSWORD)));
  }

  private static String text(JsonMembers members, String name) {
    return new String(members.utf8(name), StandardCharsets.UTF_8);
  }

  private static void requireNoParameters(Call call) {
    Parameters.of(call.request().query(), List.of());
  }

  /** Writes an object; token and time may be null. */
  private static void write(BodyOutput output, String token, Instant expiresAt, Caller caller)
      throws IOException {
    JsonOutput json = new JsonOutput(output).raw(BEGIN);
    if (token != null) {
      json.raw(TOKEN_MEMBER).string(token).raw(COMMA);
    }
    if (expiresAt != null) {
      json.raw(EXPIRES_AT_MEMBER).string(EntryJson.time(expiresAt)).raw(COMMA);
    }
    json.raw(USER_MEMBER).string(caller.user());
    json.raw(ROLE_MEMBER).string(caller.role().word()).raw(PREFIXES_MEMBER);
    for (int index = 0; index < caller.prefixes().size(); index++) {
      json.raw(index == 0 ? new byte[0] : COMMA).string(caller.prefixes().get(index));
    }
    json.raw(END);
  }
}
