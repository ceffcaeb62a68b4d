package io.kvapp.server.classic;

import io.kvapp.server.auth.password.Credentials;
import io.kvapp.server.failure.Failure;
import io.kvapp.server.failure.Failures;
import io.kvapp.server.http.message.HttpException;
import io.kvapp.server.http.message.Response;
import io.kvapp.server.http.message.ResponseHead;
import java.util.Map;

/**
 * Failures in the form of the Python KVApp, {@code {"msg":..}}, with the statuses that it has for
 * them.
 *
 * <p>All methods may be called from any thread.
 */
public final class ErrorResponses {
  /** Where the Python KVApp has another status for a code than the rest of the server. */
  private static final Map<String, Integer> STATUSES =
      Map.of(
          "token-missing", 400,
          "token-invalid", 400,
          "token-expired", 400,
          "read-only", 500,
          "unsupported", 500);

  private ErrorResponses() {}

  /** The refusal of a request whose members are not those that its endpoint takes. */
  static HttpException undefinedParameters() {
    return HttpException.badRequest("undefined parameter settings");
  }

  /** The response to a request that failed like this. */
  public static Response of(Throwable thrown) {
    Failure failure = Failures.of(thrown);
    int status = STATUSES.getOrDefault(failure.code(), failure.status());
    ResponseHead head = JsonResponses.json(status);
    if (status == 401) {
      head = head.with("WWW-Authenticate", Credentials.CHALLENGE);
    }
    for (Map.Entry<String, String> header : failure.headers().entrySet()) {
      head = head.with(header.getKey(), header.getValue());
    }
    return JsonResponses.message(head.withRetryAfter(), failure.detail());
  }
}
