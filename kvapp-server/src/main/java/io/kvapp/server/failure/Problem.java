package io.kvapp.server.failure;

import io.kvapp.server.http.message.BodyOutput;
import io.kvapp.server.http.message.Response;
import io.kvapp.server.http.message.ResponseBody;
import io.kvapp.server.http.message.ResponseHead;
import io.kvapp.server.json.JsonOutput;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * A failure as {@code application/problem+json} (RFC 9457). Its type is {@code about:blank}; {@code
 * code} is what programs go by.
 *
 * <p>Immutable, safe for any thread.
 */
public final class Problem implements ResponseBody {
  private static final String BEARER = "Bearer realm=\"kvapp\"";
  private static final String INVALID = BEARER + ", error=\"invalid_token\"";

  /** Words in place of those that the classic contract fixes. */
  private static final Map<String, String> DETAILS =
      Map.of(
          "token-missing",
              "a token is missing: POST /v1/auth, then send Authorization: Bearer TOKEN",
          "token-invalid", "the token is not valid here; sign in again",
          "token-expired", "the token has expired; sign in again",
          "unknown-path", "there is no such path here; GET /openapi.json names all of them",
          "unknown-method", "there is no such method; OPTIONS of the path names those it takes");

  private final Failure failure;

  private final String detail;

  private Problem(Failure failure, String detail) {
    this.failure = failure;
    this.detail = detail;
  }

  /** The object that tells this failure. */
  public static ResponseBody body(Failure failure) {
    return new Problem(failure, failure.detail());
  }

  /** The response to a request that failed like this; what only operators may know is logged. */
  public static Response of(Throwable thrown) {
    Failure failure = Failures.of(thrown);
    ResponseHead head =
        ResponseHead.secured(failure.status()).with("Content-Type", "application/problem+json");
    if (failure.status() == 401) {
      boolean isOfToken = failure.code().matches("token-(invalid|expired)");
      head = head.with("WWW-Authenticate", isOfToken ? INVALID : BEARER);
    }
    for (Map.Entry<String, String> header : failure.headers().entrySet()) {
      head = head.with(header.getKey(), header.getValue());
    }
    String detail = DETAILS.getOrDefault(failure.code(), failure.detail());
    return Response.of(head.withRetryAfter(), new Problem(failure, detail));
  }

  @Override
  public void writeTo(BodyOutput output) throws IOException {
    JsonOutput json = new JsonOutput(output);
    text("{\"type\":\"about:blank\",\"title\":", json).string(title());
    text(",\"status\":" + failure.status() + ",\"code\":", json).string(failure.code());
    text(",\"detail\":", json).string(detail);
    for (Map.Entry<String, Object> member : failure.members().entrySet()) {
      text(",", json).string(member.getKey());
      text(":", json);
      Object value = member.getValue();
      if (value instanceof ResponseBody raw) {
        raw.writeTo(output);
      } else if (value instanceof String words) {
        json.string(words);
      } else {
        text(String.valueOf(value), json);
      }
    }
    text("}", json);
  }

  private String title() {
    return ResponseHead.reason(failure.status());
  }

  private static JsonOutput text(String raw, JsonOutput json) throws IOException {
    return json.raw(raw.getBytes(StandardCharsets.UTF_8));
  }
}
