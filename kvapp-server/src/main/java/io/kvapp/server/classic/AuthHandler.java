package io.kvapp.server.classic;

import io.kvapp.server.auth.Authenticator;
import io.kvapp.server.auth.SignIn;
import io.kvapp.server.auth.gate.TrustedProxies;
import io.kvapp.server.auth.password.Credentials;
import io.kvapp.server.auth.users.Caller;
import io.kvapp.server.http.message.Request;
import io.kvapp.server.http.message.Response;
import io.kvapp.server.http.routing.Call;
import io.kvapp.server.json.JsonMembers;
import io.kvapp.server.json.JsonOutput;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * {@code /api/auth}: issues a token.
 *
 * <p>Safe for any thread.
 */
final class AuthHandler {
  private static final byte[] TOKEN = JsonOutput.ascii("{\"token\":");
  private static final byte[] END = JsonOutput.ascii("}");
  static final int MAX_BODY_BYTES = 16 << 10;
  private static final String USER = "user";
  private static final String PASSWORD = "password";

  private final Authenticator authenticator;
  private final TrustedProxies proxies;

  AuthHandler(Authenticator authenticator, TrustedProxies proxies) {
    this.authenticator = authenticator;
    this.proxies = proxies;
  }

  Response handle(Call call) {
    Request request = call.request();
    SignIn signIn =
        new SignIn(
            proxies.clientAddress(request), credentials(call), request.header("x-access-tokens"));
    String token = authenticator.issue(signIn);
    request.user(signIn.credentials().map(Credentials::user).orElse(Caller.LOCAL_USER));
    return Response.of(
        JsonResponses.OK, output -> new JsonOutput(output).raw(TOKEN).string(token).raw(END));
  }

  /** From the header, or else from the body; neither is looked at where none are needed. */
  private Optional<Credentials> credentials(Call call) {
    if (!authenticator.needsCredentials()) {
      return Optional.empty();
    }
    String header = call.request().header("authorization");
    if (header != null) {
      return Credentials.ofBasic(header);
    }
    JsonMembers.requireUtf8(call.request());
    ByteBuffer body = call.body();
    return body.hasRemaining()
        ? Optional.of(credentials(JsonMembers.read(body)))
        : Optional.empty();
  }

  private static Credentials credentials(JsonMembers members) {
    if (!members.areOnly(USER, PASSWORD)) {
      throw ErrorResponses.undefinedParameters();
    }
    return new Credentials(text(members, USER), text(members, PASSWORD));
  }

  private static String text(JsonMembers members, String name) {
    return new String(members.utf8(name), StandardCharsets.UTF_8);
  }
}
